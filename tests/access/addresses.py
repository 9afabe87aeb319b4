"""Which object an address is asked about, where its parameter does not say so by its name."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from tests.access.bundle import Bundle


def _a_pack() -> str:
    return min(path.parent.name for path in settings.SCHEMES.glob("*/scheme.yaml"))


_ROSTER = ("-fill", "-gaps", "-paste", "-empty")
OF_LEDGERS = (
    "register",
    "register-export",
    "register-sign",
    "register-sheets",
    "register-empty",
    "register-import",
    "register-import-check",
    "register-import-faults",
    "register-import-write",
    "entry-enter",
)
# Addresses that are not about something of somebody, but have a part that varies.
FIXED: dict[str, Callable[[], object]] = {
    "help.page": lambda: "home",
    "adoption-new.name": _a_pack,
    "adoption-table.parameter": lambda: "rates",
    **{f"adoption-roster{name}.register": lambda: "teacher" for name in ("", *_ROSTER)},
    **{f"{name}.register": lambda: "leave" for name in OF_LEDGERS},
    "register-subject-add.register": lambda: "teacher",
    "scheme.name": _a_pack,
    "scheme-page.name": _a_pack,
    "scheme-page.page": lambda: "index.html",
    **{
        f"{name}.result": lambda: "yearly"
        for name in ("result", "result-export", "result-package", "result-seats")
    },
    **dict.fromkeys(
        (
            "review-open.register",
            "review-board.register",
            "review-assign-all.register",
            "review-subject.register",
            "review-assign.register",
        ),
        lambda: "rating",
    ),
}
# Parameters whose value depends on the endpoint.
MATTERS = ("matter", "matter-picture", "matter-remind")
OF_ENDPOINT: dict[str, Callable[[Bundle], object]] = {
    "history.kind": lambda _bundle: "unit",
    "history.object_id": lambda bundle: bundle.unit.pk,
    "collection-edit.collection_id": lambda bundle: bundle.ids["draft_id"],
    "collection-preview.collection_id": lambda bundle: bundle.ids["draft_id"],
    "collection-open.collection_id": lambda bundle: bundle.ids["draft_id"],
    "collection-drop.collection_id": lambda bundle: bundle.ids["draft_id"],
    "entry-file.entry_id": lambda bundle: bundle.ids["evidenced_id"],
    "entry-file.use_id": lambda bundle: bundle.ids["evidence_id"],
    "review-open.subject_id": lambda bundle: bundle.ids["rated_id"],
    "review-check.review_id": lambda bundle: bundle.ids["judged_id"],
    "review-return.review_id": lambda bundle: bundle.ids["judged_id"],
    "review-reassign.review_id": lambda bundle: bundle.ids["judged_id"],
    "consequence-decide.consequence_id": lambda bundle: bundle.ids["decided_id"],
    **{f"{name}.kind": lambda _bundle: "test" for name in MATTERS},
    **{f"{name}.id": lambda bundle: bundle.number for name in MATTERS},
}
