"""Pages: administration."""
