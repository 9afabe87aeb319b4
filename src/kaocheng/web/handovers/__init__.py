"""Pages: handovers."""
