"""The addresses of rounds: their board, what is owed, what is overdue, the weekly circular."""

from kaocheng.access.endpoints import Endpoint
from kaocheng.access.permissions import Permission
from kaocheng.web.rounds import papers, running, views

SEE, RUN = Permission.SEE_ROUNDS, Permission.RUN_ROUNDS
POST, BOTH = ("POST",), ("GET", "POST")
ONE = "rounds/<int:round_id>"
OWED = f"{ONE}/obligations/<int:obligation_id>"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("rounds", "rounds", views.list_rounds, SEE),
    Endpoint("round-new", "rounds/new", running.start, RUN, BOTH),
    Endpoint("round", ONE, views.show_board, SEE),
    Endpoint("round-mine", f"{ONE}/mine", views.list_mine, SEE),
    Endpoint("round-overdue", f"{ONE}/overdue", views.list_overdue, SEE),
    Endpoint("round-subject", f"{ONE}/subjects/<int:subject_id>", views.show_subject, SEE),
    Endpoint("round-agenda", f"{ONE}/agenda", views.show_agenda, SEE),
    Endpoint("round-calendar", f"{ONE}/agenda.ics", papers.calendar, SEE),
    Endpoint("round-events", f"{ONE}/events", running.events, SEE, BOTH),
    Endpoint("round-tickets", f"{ONE}/tickets", views.list_tickets, SEE),
    Endpoint("round-ticket", f"{ONE}/tickets/<int:entry_id>", running.ticket, SEE, BOTH),
    Endpoint("round-circular", f"{ONE}/circular", papers.show_circular, SEE),
    Endpoint("round-circular-paper", f"{ONE}/circular.pdf", papers.circular_paper, SEE),
    Endpoint("round-archive", f"{ONE}/archive", running.archive, RUN, POST),
    Endpoint("obligation", OWED, views.show_obligation, SEE),
    Endpoint("obligation-finish", f"{OWED}/finish", running.finish_one, SEE, POST),
    Endpoint("obligation-excuse", f"{OWED}/excuse", running.excuse_one, RUN, BOTH),
)
