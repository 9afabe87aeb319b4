"""The addresses of the help."""

from kaocheng.access.endpoints import Endpoint, Open
from kaocheng.web.help import views

ENDPOINTS = (Endpoint("help", "help/<slug:page>", views.help_page, Open.PUBLIC),)
