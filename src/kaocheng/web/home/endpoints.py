"""The addresses of the home page and of the server's own health."""

from kaocheng.access.endpoints import Endpoint, Open
from kaocheng.web.home import views

ENDPOINTS = (
    Endpoint("health", "healthz", views.health, Open.PUBLIC),
    Endpoint("root", "", views.root, Open.PUBLIC),
    Endpoint("home", "home", views.home, Open.SIGNED_IN),
)
