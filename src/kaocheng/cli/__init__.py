"""The command line: `kaocheng`, in Chinese by default, without Django."""
