"""Pages: schemes."""
