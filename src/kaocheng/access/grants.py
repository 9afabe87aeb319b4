"""Who may do what, as a table: permission, roles, kinds of units, how far.

Kept free of Django, so that a test can take one row out and see what turns red.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kaocheng.access.permissions import Permission

__all__ = ["GRANTS", "Grant", "Permission", "Reach"]


class Reach(StrEnum):
    """How far a grant goes from the unit of the appointment."""

    OWN = "own"  # the person alone
    UNIT = "unit"  # the unit itself
    BELOW = "below"  # the unit and everything under it
    ALL = "all"  # the whole installation


@dataclass(frozen=True)
class Grant:
    """One row: holders of the role in units of these kinds; no kinds means any."""

    role: str
    reach: Reach
    kinds: frozenset[str] = frozenset()

    def covers(self, role: str, unit_kind: str) -> bool:
        return role == self.role and (not self.kinds or unit_kind in self.kinds)


MEMBER, WORKSHOP_LEADER, LEAD, CLERK = "member", "workshop_leader", "lead", "clerk"
OFFICER, REVIEWER = "officer", "reviewer"
SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN = "system_admin", "security_admin", "audit_admin"
EVERYBODY = (
    MEMBER,
    WORKSHOP_LEADER,
    LEAD,
    CLERK,
    OFFICER,
    REVIEWER,
    SYSTEM_ADMIN,
    SECURITY_ADMIN,
    AUDIT_ADMIN,
)
WORKERS = EVERYBODY[:6]
# Units that manage themselves; a group or a panel is managed by the unit it belongs to.
ORGANISATIONS = ("city", "district", "town", "school", "township", "company", "department")


def _to(roles: Iterable[str], reach: Reach, *kinds: str) -> tuple[Grant, ...]:
    return tuple(Grant(role, reach, frozenset(kinds)) for role in roles)


# What concerns oneself, the group that one leads, everything below an office.
_SEEN = (
    *_to((MEMBER, REVIEWER), Reach.OWN),
    *_to((WORKSHOP_LEADER,), Reach.UNIT),
    *_to((LEAD, CLERK, OFFICER), Reach.BELOW),
)

# Who acts for somebody (代办) does their work, and does not read their ID number or phone.
NOT_FOR_HELPERS = frozenset({Permission.SEE_PERSONAL_DATA})

GRANTS: Mapping[Permission, tuple[Grant, ...]] = {
    # Units and people.
    Permission.SEE_UNIT: (
        *_to((MEMBER, WORKSHOP_LEADER, REVIEWER), Reach.UNIT),
        *_to((LEAD, CLERK, OFFICER), Reach.BELOW),
        *_to((SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN), Reach.ALL),
    ),
    Permission.MANAGE_UNITS: (
        *_to((LEAD, CLERK, OFFICER), Reach.BELOW, *ORGANISATIONS),
        *_to((SYSTEM_ADMIN,), Reach.ALL),
    ),
    Permission.SEE_PEOPLE: (
        *_to((MEMBER,), Reach.OWN),
        *_to((WORKSHOP_LEADER,), Reach.UNIT),
        *_to((LEAD, CLERK, OFFICER), Reach.BELOW),
        *_to((SYSTEM_ADMIN, SECURITY_ADMIN), Reach.ALL),
    ),
    Permission.MANAGE_PEOPLE: _to((LEAD, CLERK, OFFICER), Reach.BELOW, *ORGANISATIONS),
    Permission.SEE_PERSONAL_DATA: (
        *_to(EVERYBODY, Reach.OWN),
        *_to((LEAD, CLERK), Reach.BELOW, *ORGANISATIONS),
    ),
    Permission.IMPORT_ROSTER: _to((LEAD, CLERK, OFFICER), Reach.BELOW, *ORGANISATIONS),
    # Accounts.
    Permission.HELP_WITH_SIGN_IN: (
        *_to((LEAD, CLERK, OFFICER), Reach.BELOW, *ORGANISATIONS),
        *_to((SECURITY_ADMIN,), Reach.ALL),
    ),
    Permission.ADMINISTER_ACCOUNTS: _to((SECURITY_ADMIN,), Reach.ALL),
    Permission.ADMINISTER_SYSTEM: _to((SYSTEM_ADMIN,), Reach.ALL),
    # Work.
    Permission.SEE_TASKS: _to(EVERYBODY, Reach.OWN),
    Permission.CHASE_TASKS: (
        *_to((WORKSHOP_LEADER,), Reach.UNIT),
        *_to((LEAD, CLERK, OFFICER), Reach.BELOW),
    ),
    Permission.SEE_NOTICES: _to(WORKERS, Reach.UNIT),
    Permission.ISSUE_NOTICES: _to((LEAD, CLERK, OFFICER), Reach.BELOW),
    Permission.SIGN_NOTICES: _to((WORKSHOP_LEADER, LEAD, CLERK, OFFICER), Reach.UNIT),
    Permission.COLLECT: _to((LEAD, CLERK, OFFICER), Reach.BELOW),
    Permission.FILL_COLLECTIONS: (
        *_to((MEMBER, WORKSHOP_LEADER, LEAD, CLERK, OFFICER), Reach.UNIT),
    ),
    Permission.SUBMIT_COLLECTIONS: (
        *_to((WORKSHOP_LEADER, LEAD, CLERK, OFFICER), Reach.UNIT),
        # Where there is nobody above them, the members of a group do it among themselves.
        *_to((MEMBER,), Reach.UNIT, "group", "department"),
    ),
    Permission.HAND_OVER: (
        *_to(WORKERS, Reach.OWN),
        *_to((LEAD, CLERK, OFFICER), Reach.BELOW),
    ),
    # Schemes at work. Who may write in which register says the table of the adoption besides.
    Permission.ADOPT: _to((LEAD, CLERK, OFFICER), Reach.UNIT, *ORGANISATIONS),
    Permission.APPROVE: _to((LEAD, OFFICER), Reach.UNIT, *ORGANISATIONS),
    Permission.SEE_ROUNDS: _SEEN,
    Permission.RUN_ROUNDS: _to((LEAD, CLERK, OFFICER), Reach.UNIT, *ORGANISATIONS),
    Permission.SEE_ENTRIES: _SEEN,
    Permission.WRITE_ENTRIES: _SEEN,
    Permission.REVIEW: _to(WORKERS, Reach.OWN),
    Permission.ASSIGN_REVIEWS: _to((LEAD, CLERK, OFFICER), Reach.BELOW, *ORGANISATIONS),
    Permission.SEE_RESULTS: _SEEN,
    Permission.DECIDE: _to((LEAD, OFFICER), Reach.UNIT, *ORGANISATIONS),
    # The log.
    Permission.SEE_HISTORY: (
        *_to(EVERYBODY, Reach.OWN),
        *_to((LEAD, OFFICER), Reach.BELOW),
        *_to((AUDIT_ADMIN,), Reach.ALL),
    ),
    Permission.AUDIT: _to((AUDIT_ADMIN,), Reach.ALL),
}
