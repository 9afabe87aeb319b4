"""The addresses of reviews and ballots."""

from kaocheng.access.endpoints import Endpoint
from kaocheng.access.permissions import Permission
from kaocheng.web.reviews import assigning, counting, filling, voting

REVIEW, ASSIGN, HOLD = Permission.REVIEW, Permission.ASSIGN_REVIEWS, Permission.RUN_ROUNDS
POST, BOTH = ("POST",), ("GET", "POST")
ONE = "reviews/<int:review_id>"
TABLE = "reviews/assign/<int:round_id>/<str:register>"
BALLOT = "ballots/<int:ballot_id>"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("reviews", "reviews", filling.queue, REVIEW),
    Endpoint("reviews-own", "reviews/own", filling.own, REVIEW),
    Endpoint(
        "review-open",
        "reviews/own/<int:round_id>/<str:register>/<int:subject_id>",
        filling.open_own,
        REVIEW,
        POST,
    ),
    Endpoint("review-tables", "reviews/assign", assigning.tables, ASSIGN),
    Endpoint("review-board", TABLE, assigning.board, ASSIGN),
    Endpoint("review-assign-all", f"{TABLE}/all", assigning.assign_all, ASSIGN, POST),
    Endpoint("review-subject", f"{TABLE}/<int:subject_id>", assigning.subject, ASSIGN),
    Endpoint("review-assign", f"{TABLE}/<int:subject_id>/assign", assigning.assign, ASSIGN, POST),
    Endpoint("review", ONE, filling.fill, REVIEW, BOTH),
    Endpoint("review-file", f"{ONE}/files/<int:use_id>", filling.file, REVIEW),
    Endpoint("review-return", f"{ONE}/return", assigning.give_back, ASSIGN, BOTH),
    Endpoint("review-check", f"{ONE}/check", assigning.check, ASSIGN, POST),
    Endpoint("review-reassign", f"{ONE}/reassign", assigning.reassign, ASSIGN, POST),
    Endpoint("ballots", "ballots", voting.mine, REVIEW),
    Endpoint("ballots-held", "ballots/held", counting.held, HOLD),
    Endpoint("ballot-new", "ballots/new/<int:round_id>", counting.new, HOLD, BOTH),
    Endpoint("ballot", BALLOT, voting.vote, REVIEW, BOTH),
    Endpoint("ballot-board", f"{BALLOT}/board", counting.board, HOLD),
    Endpoint("ballot-close", f"{BALLOT}/close", counting.close, HOLD, POST),
    Endpoint("ballot-count", f"{BALLOT}/count", counting.count, HOLD, BOTH),
    Endpoint("ballot-paper", f"{BALLOT}/count.pdf", counting.paper, HOLD),
)
