"""Pages: collections."""
