"""The addresses of results: tables, explanations, decisions."""

from kaocheng.access.endpoints import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = ()
