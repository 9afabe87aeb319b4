"""The addresses of reviews and ballots."""

from kaocheng.access.endpoints import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = ()
