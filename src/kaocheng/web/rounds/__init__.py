"""Rounds: the board, what is owed by whom, what is overdue."""
