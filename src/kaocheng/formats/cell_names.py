"""Names of cells as Excel shows them: column letters, `C5`, `B2:D4`."""

from __future__ import annotations


def column_letters(column: int) -> str:
    """Letters of a column counted from 1: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def column_number(letters: str) -> int:
    """The column counted from 1 of upper-case ASCII letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def cell_name(*, line: int, column: int) -> str:
    """`C5` for line 5, column 3, both counted from 1."""
    return f"{column_letters(column)}{line}"
