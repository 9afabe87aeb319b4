"""Pages: progress."""
