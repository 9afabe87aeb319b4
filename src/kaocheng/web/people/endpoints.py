"""The addresses of these pages."""

from kaocheng.access.endpoints import Endpoint
from kaocheng.access.grants import Permission
from kaocheng.web.people import appointments, rosters, views

FORM, POST = ("GET", "POST"), ("POST",)
SEE, MANAGE = Permission.SEE_PEOPLE, Permission.MANAGE_PEOPLE
IMPORT = Permission.IMPORT_ROSTER
PERSON, POSITION = "people/<int:person_id>", "appointments/<int:appointment_id>"
ROSTER = "rosters/<int:import_id>"
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("people", "people", views.my_people, SEE),
    Endpoint("people-of-unit", "units/<int:unit_id>/people", views.list_people, SEE),
    Endpoint("people-xlsx", "units/<int:unit_id>/people.xlsx", views.export_xlsx, SEE),
    Endpoint("people-csv", "units/<int:unit_id>/people.csv", views.export_csv, SEE),
    Endpoint("person-add", "units/<int:unit_id>/people/add", views.add, MANAGE, FORM),
    Endpoint("person", PERSON, views.show_person, SEE),
    Endpoint("person-correct", f"{PERSON}/correct", views.correct, MANAGE, FORM),
    Endpoint("person-personal", f"{PERSON}/personal", views.correct_personal, MANAGE, FORM),
    Endpoint("person-appoint", f"{PERSON}/appoint", appointments.appoint_person, MANAGE, FORM),
    Endpoint("person-transfer", f"{PERSON}/transfer", appointments.transfer, MANAGE, FORM),
    Endpoint("person-second", f"{PERSON}/second", appointments.second, MANAGE, FORM),
    Endpoint("person-retire", f"{PERSON}/retire", views.retire, MANAGE, FORM),
    Endpoint("person-leave", f"{PERSON}/leave", views.leave, MANAGE, FORM),
    Endpoint("person-appointment-change", f"{POSITION}/change", appointments.change, MANAGE, FORM),
    Endpoint("person-appointment-end", f"{POSITION}/end", appointments.end, MANAGE, FORM),
    Endpoint("roster-upload", "units/<int:unit_id>/roster", rosters.upload, IMPORT, FORM),
    Endpoint("roster-empty", "rosters/empty.xlsx", rosters.empty_table, IMPORT),
    Endpoint("roster", ROSTER, rosters.show, IMPORT),
    Endpoint("roster-marked", f"{ROSTER}/marked.xlsx", rosters.marked, IMPORT),
    Endpoint("roster-confirm", f"{ROSTER}/confirm", rosters.confirm, IMPORT, POST),
    Endpoint("roster-drop", f"{ROSTER}/drop", rosters.drop, IMPORT, POST),
)
