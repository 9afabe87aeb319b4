"""The addresses of the log and of one object's history."""

from kaocheng.access.endpoints import Endpoint
from kaocheng.access.permissions import Permission
from kaocheng.web.audit import views

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("audit", "audit", views.audit, Permission.AUDIT),
    Endpoint("audit-export", "audit/export", views.export, Permission.AUDIT, ("POST",)),
    Endpoint("audit-anchor", "audit/anchor", views.anchor, Permission.AUDIT, ("POST",)),
    Endpoint("audit-anchors", "audit/anchors", views.anchors, Permission.AUDIT),
    Endpoint(
        "history", "audit/<slug:kind>/<slug:object_id>", views.history, Permission.SEE_HISTORY
    ),
)
