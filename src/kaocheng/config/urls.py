"""Every address, from the registries of the pages; nothing is routed that is not registered."""

from __future__ import annotations

from kaocheng.access.endpoints import Endpoint
from kaocheng.web import nouns

ENDPOINTS: tuple[Endpoint, ...] = tuple(
    endpoint for noun in nouns.ALL for endpoint in noun.ENDPOINTS
)
urlpatterns = [endpoint.route() for endpoint in ENDPOINTS]
handler400 = "kaocheng.web.errors.bad_request"
handler403 = "kaocheng.web.errors.no_permission"
handler404 = "kaocheng.web.errors.no_such_page"
handler500 = "kaocheng.web.errors.server_error"
