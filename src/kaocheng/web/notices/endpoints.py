"""The addresses of notices: reading and signing, writing and watching."""

from kaocheng.access.endpoints import Endpoint
from kaocheng.access.permissions import Permission
from kaocheng.web.notices import issuing, reading

SEE, SIGN, ISSUE = (
    Permission.SEE_NOTICES,
    Permission.SIGN_NOTICES,
    Permission.ISSUE_NOTICES,
)
POST, BOTH = ("POST",), ("GET", "POST")
ONE = "notices/<int:notice_id>"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("notices", "notices", reading.list_received, SEE),
    Endpoint("notices-issued", "notices/issued", issuing.list_issued, ISSUE),
    Endpoint("notice-new", "notices/new", issuing.write, ISSUE, BOTH),
    Endpoint("notice", ONE, reading.show, SEE),
    Endpoint("notice-paper", f"{ONE}/paper.pdf", reading.paper, SEE),
    Endpoint("notice-sign", f"{ONE}/sign", reading.sign, SIGN, POST),
    Endpoint("notice-edit", f"{ONE}/edit", issuing.revise, ISSUE, BOTH),
    Endpoint("notice-issue", f"{ONE}/issue", issuing.issue, ISSUE, POST),
    Endpoint("notice-discard", f"{ONE}/discard", issuing.discard, ISSUE, POST),
    Endpoint("notice-withdraw", f"{ONE}/withdraw", issuing.withdraw, ISSUE, BOTH),
    Endpoint("notice-board", f"{ONE}/board", issuing.board, ISSUE),
    Endpoint("notice-export", f"{ONE}/board.xlsx", issuing.export, ISSUE),
)
