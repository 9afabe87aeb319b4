"""The addresses of what the frame of every page offers."""

from kaocheng.access.endpoints import Endpoint, Open
from kaocheng.web.preferences import drafts, views

ENDPOINTS = (
    Endpoint("switch-appointment", "appointment", views.switch, Open.SIGNED_IN, ("POST",)),
    Endpoint("settings-language", "language", views.language, Open.PUBLIC, ("POST",)),
    Endpoint("settings-type", "type-size", views.type_size, Open.PUBLIC, ("POST",)),
    Endpoint("drafts", "drafts", drafts.drafts, Open.SIGNED_IN, ("GET", "POST")),
)
