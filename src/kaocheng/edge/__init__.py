"""What stands before Django: the bridge to it, and raw routes that need no request of its own."""
