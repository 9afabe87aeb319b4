"""Pure algorithms that are not scheme meaning: shares, working days. No clock, no setting."""
