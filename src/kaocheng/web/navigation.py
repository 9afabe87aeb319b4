"""The entries of the rail and of the bottom tabs, per role and kind of unit, as data.

In the order of their weight: the first seven stand in the rail, what comes after them under 我的.
An entry whose page does not exist (yet), or which the reader may not open, is left out; see
`entries_for`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kaocheng.access.actor import Held


@dataclass(frozen=True)
class Entry:
    """`pages`: beginnings of the names of pages under which the entry counts as the present one."""

    label: str | Promise
    icon: str
    endpoint: str
    pages: tuple[str, ...]
    # Which number of `queries.shell.Badges` stands on it.
    badge: str = ""
    query: str = ""
    is_here: bool = False


HOME = Entry(_("首页"), "home", "home", ("home", "task", "matter"), badge="tasks")
STUDY = Entry(_("学习"), "player-play", "courses", ("course",))
WORKSHOP = Entry(_("坊"), "users-group", "workshops", ("workshop",))
EVIDENCE = Entry(_("佐证"), "cloud-upload", "evidence", ("evidence",))
RESULTS = Entry(_("成绩"), "report-analytics", "results", ("result", "consequence"))
ARCHIVE = Entry(_("档案"), "folder", "archives", ("archive",))
MARKING = Entry(_("批阅"), "checks", "reviews", ("review", "ballot"))
ACTIVITIES = Entry(_("活动"), "calendar-event", "activities", ("activit",))
BRIEFS = Entry(_("简报"), "file-text", "documents", ("document",))
ROUNDS = Entry(_("考核"), "clipboard-check", "rounds", ("round", "obligation"))
PEOPLE_PAGES = ("person", "people", "roster")
TEACHERS = Entry(_("教师"), "users", "people", PEOPLE_PAGES)
PEOPLE = Entry(_("人员"), "users", "people", PEOPLE_PAGES)
REGISTERS = Entry(_("台账"), "notebook", "registers", ("register", "entry", "sheet"))
NOTICES = Entry(_("通知"), "speakerphone", "notices", ("notice",))
COLLECTIONS = Entry(_("收集表"), "forms", "collections", ("collection",))
SCHEMES = Entry(_("方案"), "book-2", "schemes", ("scheme", "adoption"))
PUBLIC_NOTICES = Entry(_("公示"), "clipboard-text", "public-notices", ("public-notice",))
UNIT = Entry(_("单位"), "building", "units", ("unit",))
SCHOOLS = Entry(_("学校"), "building-community", "units", ("unit",), query="?kind=school")
ASSIGNMENTS = Entry(_("评审"), "user-check", "reviews", ("review", "ballot"))
APPEALS = Entry(_("申诉"), "message-report", "appeals", ("appeal",))
TO_REVIEW = Entry(_("待评"), "clipboard-list", "reviews", ("review", "ballot"))
STANDARDS = Entry(_("标准"), "book-2", "schemes", ("scheme",))
AUDIT = Entry(_("日志"), "shield-check", "audit", ("audit", "history"))
ACCOUNTS = Entry(_("账号"), "shield-lock", "accounts", ("accounts", "account-admin"))
SYSTEM = Entry(_("系统"), "settings", "system", ("system", "setting", "jobs", "backup"))
MESSAGES = Entry(_("消息"), "bell", "messages", ("message", "group-robot"), badge="messages")
ACCOUNT = Entry(_("我的"), "user", "account", ("account", "delegation", "me", "handover", "file"))
# Of everybody, always under 我的.
FILES = Entry(_("我上传的文件"), "files", "files", ("file",))

SCHOOL_OFFICE = (
    HOME,
    ROUNDS,
    TEACHERS,
    REGISTERS,
    NOTICES,
    COLLECTIONS,
    SCHEMES,
    UNIT,
    ASSIGNMENTS,
    RESULTS,
)
# The same where nobody is a teacher.
OTHER_OFFICE = tuple(PEOPLE if one is TEACHERS else one for one in SCHOOL_OFFICE)
OFFICE = (
    HOME,
    ROUNDS,
    SCHOOLS,
    PEOPLE,
    NOTICES,
    COLLECTIONS,
    SCHEMES,
    REGISTERS,
    ASSIGNMENTS,
    RESULTS,
    AUDIT,
)

NOT_SCHOOLS = frozenset({"company", "department", "township"})

# Role, then kinds of units (none: any); the first row that fits is the one.
TABLE: tuple[tuple[str, frozenset[str], tuple[Entry, ...]], ...] = (
    (
        "member",
        NOT_SCHOOLS,
        (HOME, RESULTS, REGISTERS, ASSIGNMENTS, NOTICES, COLLECTIONS, SCHEMES, ROUNDS),
    ),
    (
        "member",
        frozenset(),
        (
            HOME,
            STUDY,
            WORKSHOP,
            EVIDENCE,
            RESULTS,
            REGISTERS,
            ASSIGNMENTS,
            NOTICES,
            COLLECTIONS,
            ARCHIVE,
            SCHEMES,
            ROUNDS,
        ),
    ),
    (
        "workshop_leader",
        frozenset(),
        (
            HOME,
            WORKSHOP,
            MARKING,
            ACTIVITIES,
            BRIEFS,
            REGISTERS,
            RESULTS,
            NOTICES,
            COLLECTIONS,
            SCHEMES,
            ROUNDS,
        ),
    ),
    ("lead", NOT_SCHOOLS, OTHER_OFFICE),
    ("clerk", NOT_SCHOOLS, OTHER_OFFICE),
    ("lead", frozenset(), SCHOOL_OFFICE),
    ("clerk", frozenset(), SCHOOL_OFFICE),
    ("officer", frozenset(), OFFICE),
    ("reviewer", frozenset(), (HOME, TO_REVIEW, REGISTERS, RESULTS, NOTICES, STANDARDS, ROUNDS)),
    ("system_admin", frozenset(), (HOME, SYSTEM, UNIT)),
    ("security_admin", frozenset(), (HOME, ACCOUNTS, PEOPLE)),
    ("audit_admin", frozenset(), (HOME, AUDIT)),
)
# Of somebody who is signed in without any appointment.
WITHOUT_APPOINTMENT = (HOME,)


def entries_for(held: Held | None, *, known: Collection[str], page: str) -> tuple[Entry, ...]:
    """Those of the reader whose page is known and theirs, in order, the present one marked."""
    wanted = WITHOUT_APPOINTMENT if held is None else _row(held)
    shown = tuple(one for one in (*wanted, MESSAGES, ACCOUNT, FILES) if one.endpoint in known)
    here = next((one for one in shown if page.startswith(one.pages)), None)
    return tuple(replace(one, is_here=one is here) for one in shown)


def _row(held: Held) -> tuple[Entry, ...]:
    for role, kinds, entries in TABLE:
        if role == held.role and (not kinds or held.unit_kind in kinds):
            return entries
    return WITHOUT_APPOINTMENT
