"""The addresses of the packs."""

from kaocheng.access.endpoints import Endpoint, Open
from kaocheng.web.schemes import views

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("schemes", "schemes", views.schemes, Open.SIGNED_IN),
    Endpoint("scheme", "schemes/<str:name>", views.scheme, Open.SIGNED_IN),
    Endpoint("scheme-page", "schemes/<str:name>/<str:page>", views.scheme_page, Open.SIGNED_IN),
)
