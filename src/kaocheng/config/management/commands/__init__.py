"""One command, one file; each thin."""
