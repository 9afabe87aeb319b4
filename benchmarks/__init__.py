"""Measured comparisons: `./bench` lists them, `./bench NAME` runs one."""
