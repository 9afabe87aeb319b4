"""The addresses of rounds: their board, what is owed, what is overdue."""

from kaocheng.access.endpoints import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = ()
