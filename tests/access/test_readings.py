"""Pages refuse what is asked for by name or number, whoever asks: they are read without a door."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kaocheng.access.actor import Actor, By
from kaocheng.access.refusal import NotAllowed, NotYours, Refused
from kaocheng.actions.result import reopen_results
from kaocheng.queries.account import helped_person, own_account
from kaocheng.queries.account_office import account_detail, accounts, administrators
from kaocheng.queries.actor import NOBODY
from kaocheng.queries.adopted import adopted
from kaocheng.queries.adoption_forms import roster_page, table_form
from kaocheng.queries.adoption_gaps import gaps_table
from kaocheng.queries.audit import object_history
from kaocheng.queries.collection_part_found import found_fields, found_part
from kaocheng.queries.consequence import consequence_page
from kaocheng.queries.entry import entry_of
from kaocheng.queries.entry_files import evidence_content
from kaocheng.queries.job import progress
from kaocheng.queries.obligation import of_subject
from kaocheng.queries.register_route import ledger, roster
from kaocheng.queries.result import chosen_result
from kaocheng.queries.result_deciding import reopening
from kaocheng.queries.result_seats import seats_page
from kaocheng.queries.result_subject import subject_page
from kaocheng.queries.review_evidence import evidence_file
from kaocheng.queries.review_form import Layout
from kaocheng.queries.review_scope import assigning, review_to_assign
from kaocheng.queries.review_words import period_asked
from kaocheng.queries.round import one_round
from kaocheng.queries.round_board import board
from kaocheng.queries.round_course import Course
from kaocheng.queries.task_board import top_unit
from kaocheng.queries.task_chase import matter_page
from kaocheng.queries.ticket import ticket_of
from kaocheng.records.models import Consequence, Entry, Round, Subject
from tests.access.city import City
from tests.cast import NOW, account_of

pytestmark = pytest.mark.django_db

EVERY = "a test"
ON = NOW.date()
Asked = Callable[[Actor, City], object]


def work(city: City) -> Round:
    return Round.objects.unscoped(EVERY).get(pk=city.id_of("round_id"))


def effect_gone(actor: Actor, city: City) -> object:
    rows = Consequence.objects.unscoped(EVERY).filter(pk=city.id_of("consequence_id"))
    rows.update(effect="gone")
    return consequence_page(actor, city.id_of("consequence_id"))


def open_already(actor: Actor, city: City) -> object:
    reopen_results(By(actor, at=NOW), set_id=city.id_of("set_id"), because="漏了一条")
    return reopening(actor, city.id_of("set_id"))


def without_results(actor: Actor, city: City) -> object:
    subject_id = city.id_of("subject_id")
    Subject.objects.unscoped(EVERY).filter(pk=subject_id).update(has_left=True)
    return subject_page(actor, city.id_of("round_id"), "yearly", subject_id, is_live=True)


def withdrawn_ticket(actor: Actor, city: City) -> object:
    entry_id = city.id_of("entry_id")
    Entry.objects.unscoped(EVERY).filter(pk=entry_id).update(standing="withdrawn")
    return ticket_of(actor, Course(work(city), NOW), entry_id)


def some_period(city: City) -> object:
    found = adopted(work(city).adoption)
    roles = Layout.roles_of(found, "rating")
    return period_asked(found, work(city), roles, "2027", on=ON)


# Who asks, what for, and the refusal.
REFUSED: dict[str, tuple[str, Asked, type[Refused]]] = {
    "a person out of reach": (
        "lead/school",
        lambda actor, city: helped_person(actor, city.cast.outsider.pk, ON),
        NotYours,
    ),
    "an account, signed in nowhere": (
        "nobody",
        lambda actor, _city: own_account(actor, NOW),
        NotYours,
    ),
    "all accounts": (
        "lead/school",
        lambda actor, _city: accounts(actor, typed="", only="", number=1, at=NOW, on=ON),
        NotAllowed,
    ),
    "the account of another": (
        "lead/school",
        lambda actor, city: account_detail(actor, account_of(city.cast.teacher), NOW, ON),
        NotAllowed,
    ),
    "an account that there is not": (
        "security_admin",
        lambda actor, _city: account_detail(actor, 0, NOW, ON),
        NotYours,
    ),
    "the administrators": (
        "lead/school",
        lambda actor, _city: administrators(actor, ON),
        NotAllowed,
    ),
    "a table that the scheme does not have": (
        "lead/school",
        lambda actor, city: table_form(actor, city.id_of("adoption_id"), "nothing", now=NOW),
        NotYours,
    ),
    "a roster that the scheme does not have": (
        "lead/school",
        lambda actor, city: roster_page(actor, city.id_of("adoption_id"), "leave", page=1, now=NOW),
        NotYours,
    ),
    "gaps of a roster that the scheme does not have": (
        "lead/school",
        lambda actor, city: gaps_table(actor, city.id_of("adoption_id"), "leave"),
        NotYours,
    ),
    "what happened to what never was": (
        "audit_admin",
        lambda actor, _city: object_history(actor, "unit", "0"),
        NotYours,
    ),
    "the part of another unit": (
        "reviewer",
        lambda actor, city: found_part(actor, city.id_of("part_id")),
        NotYours,
    ),
    "the fields of the part of another unit": (
        "reviewer",
        lambda actor, city: found_fields(actor, city.id_of("part_id")),
        NotYours,
    ),
    "an effect that the scheme does not have": ("lead/school", effect_gone, NotYours),
    "an entry out of sight": (
        "reviewer",
        lambda actor, city: entry_of(actor, city.id_of("entry_id")),
        NotYours,
    ),
    "evidence of another entry": (
        "lead/school",
        lambda _actor, city: evidence_content(
            Entry.objects.unscoped(EVERY).get(pk=city.id_of("entry_id")), city.id_of("evidence_id")
        ),
        NotYours,
    ),
    "background work of another": (
        "lead/school",
        lambda actor, city: progress(actor, city.id_of("job_id", "reviewer")),
        NotYours,
    ),
    "what somebody owes out of sight": (
        "reviewer",
        lambda actor, city: of_subject(actor, work(city), city.id_of("subject_id"), now=NOW),
        NotYours,
    ),
    "a register that is a table of ratings": (
        "lead/school",
        lambda _actor, city: ledger(adopted(work(city).adoption), "rating"),
        NotYours,
    ),
    "a roster that is a register": (
        "lead/school",
        lambda _actor, city: roster(adopted(work(city).adoption), "leave"),
        NotYours,
    ),
    "a result that the scheme does not have": (
        "lead/school",
        lambda _actor, city: chosen_result(adopted(work(city).adoption), work(city), "nothing"),
        NotYours,
    ),
    "to open results that are open": ("lead/school", open_already, NotYours),
    "seats of a scheme without seats": (
        "lead/school",
        lambda actor, city: seats_page(
            actor, city.id_of("round_id"), "yearly", item="", group="", page=1
        ),
        NotYours,
    ),
    "the result of whoever has none": ("lead/school", without_results, NotYours),
    "evidence that belongs to no rating": (
        "lead/school",
        lambda actor, city: evidence_file(
            actor, city.id_of("review_id"), city.id_of("evidence_id")
        ),
        NotYours,
    ),
    "to assign by a register": (
        "lead/school",
        lambda actor, city: assigning(actor, work(city), "leave"),
        NotYours,
    ),
    "to assign for another office": (
        "member/group",
        lambda actor, city: assigning(actor, work(city), "rating"),
        NotYours,
    ),
    "a rating that there is not": (
        "lead/school",
        lambda actor, _city: review_to_assign(actor, 0),
        NotYours,
    ),
    "a period that is not rated": (
        "lead/school",
        lambda _actor, city: some_period(city),
        NotYours,
    ),
    "a round out of sight": (
        "reviewer",
        lambda actor, city: one_round(actor, city.id_of("round_id")),
        NotYours,
    ),
    "a board, signed in nowhere": (
        "nobody",
        lambda actor, city: board(actor, work(city), now=NOW),
        NotYours,
    ),
    "whose tasks, signed in nowhere": ("nobody", lambda actor, _city: top_unit(actor), NotYours),
    "the tasks of others": ("member/group", lambda actor, _city: top_unit(actor), NotYours),
    "a matter that nobody owes": (
        "lead/school",
        lambda actor, _city: matter_page(actor, kind="nothing", id="0", now=NOW, page=1),
        NotYours,
    ),
    "a ticket that is withdrawn": ("lead/school", withdrawn_ticket, NotYours),
}


@pytest.mark.parametrize("what", REFUSED)
def test_page_refuses_what_is_not_there_to_be_read(what: str, city: City) -> None:
    role, ask, refusal = REFUSED[what]

    with pytest.raises(refusal):
        ask(city.actors.get(role, NOBODY), city)
