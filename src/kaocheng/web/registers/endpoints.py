"""The addresses of rosters and ledgers."""

from kaocheng.access.endpoints import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = ()
