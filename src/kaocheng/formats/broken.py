"""The one way a reader says that a workbook is damaged."""

from __future__ import annotations


class BrokenWorkbook(Exception):
    """The bytes do not hold the workbook they promise; becomes F22 where the file is named."""
