"""The addresses of adopting a scheme."""

from kaocheng.access.endpoints import Endpoint
from kaocheng.access.permissions import Permission
from kaocheng.web.adoptions import amending, preparing, reading, replacing, rosters

SEE, ADOPT, APPROVE = Permission.SEE_ROUNDS, Permission.ADOPT, Permission.APPROVE
POST, BOTH = ("POST",), ("GET", "POST")
ONE = "adoptions/<int:adoption_id>"
AMENDMENT = "amendments/<int:amendment_id>/withdraw"
ROSTER = f"{ONE}/rosters/<str:register>"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("adoptions", "adoptions", reading.list_adoptions, SEE),
    Endpoint("adoption-new", "adoptions/new/<str:name>", preparing.start, ADOPT, BOTH),
    Endpoint("adoption", ONE, reading.show, SEE),
    Endpoint("adoption-calendar", f"{ONE}/calendar", reading.calendar, SEE),
    Endpoint("adoption-amendments", f"{ONE}/amendments", reading.amendments, SEE),
    Endpoint("amendment-withdraw", AMENDMENT, amending.withdraw, APPROVE, BOTH),
    Endpoint("adoption-parameters", f"{ONE}/parameters", preparing.parameters, ADOPT, BOTH),
    Endpoint("adoption-table", f"{ONE}/parameters/<str:parameter>", preparing.table, ADOPT, BOTH),
    Endpoint("adoption-holders", f"{ONE}/holders", preparing.holders, ADOPT, BOTH),
    Endpoint("adoption-periods", f"{ONE}/periods", preparing.periods, ADOPT, BOTH),
    Endpoint("adoption-dates", f"{ONE}/dates", preparing.dates, ADOPT, BOTH),
    Endpoint("adoption-rosters", f"{ONE}/rosters", rosters.list_rosters, ADOPT),
    Endpoint("adoption-roster", ROSTER, rosters.show, ADOPT),
    Endpoint("adoption-roster-fill", f"{ROSTER}/fill", rosters.fill, ADOPT, POST),
    Endpoint("adoption-roster-gaps", f"{ROSTER}/gaps", rosters.gaps, ADOPT),
    Endpoint("adoption-roster-paste", f"{ROSTER}/paste", rosters.paste, ADOPT, POST),
    Endpoint("adoption-roster-empty", f"{ROSTER}/empty", rosters.empty, ADOPT, POST),
    Endpoint("adoption-sheets", f"{ONE}/sheets", rosters.choose, ADOPT, POST),
    Endpoint("adoption-check", f"{ONE}/check", reading.check, ADOPT),
    Endpoint("adoption-approve", f"{ONE}/approve", preparing.approve, APPROVE, POST),
    Endpoint("adoption-discard", f"{ONE}/discard", preparing.discard, ADOPT, POST),
    Endpoint("adoption-end", f"{ONE}/end", preparing.end, APPROVE, BOTH),
    Endpoint("adoption-replace", f"{ONE}/replace", replacing.replace, ADOPT, BOTH),
)
