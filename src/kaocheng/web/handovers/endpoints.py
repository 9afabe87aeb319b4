"""The addresses of handovers."""

from kaocheng.access.endpoints import Endpoint
from kaocheng.access.permissions import Permission
from kaocheng.web.handovers import views

HAND_OVER = Permission.HAND_OVER
ONE = "handovers/<int:handover_id>"

ENDPOINTS = (
    Endpoint("handovers", "handovers", views.handovers_page, HAND_OVER),
    Endpoint("handover-new", "handovers/new", views.new, HAND_OVER, ("GET", "POST")),
    Endpoint("handover", ONE, views.handover, HAND_OVER),
    Endpoint("handover-give", f"{ONE}/give", views.give, HAND_OVER, ("POST",)),
    Endpoint("handover-take", f"{ONE}/take", views.take, HAND_OVER, ("POST",)),
    Endpoint("handover-witness", f"{ONE}/witness", views.witness, HAND_OVER, ("POST",)),
    Endpoint("handover-cancel", f"{ONE}/cancel", views.cancel, HAND_OVER, ("POST",)),
    Endpoint("handover-paper", f"{ONE}/paper.pdf", views.paper, HAND_OVER),
)
