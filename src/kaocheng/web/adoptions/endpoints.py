"""The addresses of adopting a scheme."""

from kaocheng.access.endpoints import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = ()
