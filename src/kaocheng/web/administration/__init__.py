"""系统、安全管理: accounts and settings, each for its own administrator."""
