"""Settings, addresses and start: wiring only."""
