"""The addresses of results: tables, explanations, decisions."""

from kaocheng.access.endpoints import Endpoint
from kaocheng.access.permissions import Permission
from kaocheng.web.results import deciding, following, reading

SEE, DECIDE = Permission.SEE_RESULTS, Permission.DECIDE
POST, BOTH = ("POST",), ("GET", "POST")
ROUND = "rounds/<int:round_id>/results"
RESULT = f"{ROUND}/<str:result>"
SUBJECT = f"{RESULT}/<int:subject_id>"
CONSEQUENCE = "results/consequences/<int:consequence_id>"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("results", "results", reading.list_rounds, SEE),
    Endpoint("result-round", ROUND, reading.show_round, SEE),
    Endpoint("result-freeze", f"{ROUND}/freeze", deciding.freeze, DECIDE, BOTH),
    Endpoint("result-reopen", "results/sets/<int:set_id>/reopen", deciding.reopen, DECIDE, BOTH),
    Endpoint("result-export", f"{RESULT}/table", reading.export, SEE),
    Endpoint("result-seats", f"{RESULT}/seats", reading.seats, SEE),
    Endpoint("result", SUBJECT, reading.show_subject, SEE),
    Endpoint("result-package", f"{SUBJECT}/check.zip", reading.package, SEE),
    Endpoint(
        "result-acknowledge",
        "results/rows/<int:row_id>/acknowledge",
        deciding.acknowledge,
        SEE,
        POST,
    ),
    Endpoint("consequences", f"{ROUND}/consequences", following.list_round, SEE),
    Endpoint(
        "consequence-propose", f"{ROUND}/consequences/propose", following.propose, DECIDE, POST
    ),
    Endpoint("consequence-bars", "results/bars", following.bars, SEE),
    Endpoint("consequence", CONSEQUENCE, following.show, SEE),
    Endpoint("consequence-decide", f"{CONSEQUENCE}/decide", following.decide, SEE, POST),
)
