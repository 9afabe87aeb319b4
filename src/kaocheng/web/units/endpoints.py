"""The addresses of these pages."""

from kaocheng.access.endpoints import Endpoint
from kaocheng.access.grants import Permission
from kaocheng.web.units import views

FORM = ("GET", "POST")
SEE, MANAGE = Permission.SEE_UNIT, Permission.MANAGE_UNITS
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("units", "units", views.list_units, SEE),
    Endpoint("unit-add-on-top", "units/add", views.add_on_top, MANAGE, FORM),
    Endpoint("unit", "units/<int:unit_id>", views.show_unit, SEE),
    Endpoint("unit-add", "units/<int:unit_id>/add", views.add_below, MANAGE, FORM),
    Endpoint("unit-rename", "units/<int:unit_id>/rename", views.rename, MANAGE, FORM),
    Endpoint("unit-move", "units/<int:unit_id>/move", views.move, MANAGE, FORM),
    Endpoint("unit-merge", "units/<int:unit_id>/merge", views.merge, MANAGE, FORM),
    Endpoint("unit-undo-merger", "units/<int:unit_id>/undo", views.undo, MANAGE, ("POST",)),
    Endpoint("unit-split", "units/<int:unit_id>/split", views.split, MANAGE, FORM),
    Endpoint("unit-close", "units/<int:unit_id>/close", views.close, MANAGE, FORM),
)
