"""The database itself refuses to change what was entered, frozen, signed or voted."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import DatabaseError

from kaocheng.records.models import (
    Amendment,
    Ballot,
    BallotPaper,
    Entry,
    EntryStep,
    ResultRow,
    ResultSet,
    Subject,
)
from tests.adopting import adopt, fill, open_round
from tests.cast import NOW, Cast

TEST = "a test looks at everything"


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except (InternalError, DatabaseError):
        return True
    return False


@pytest.fixture
def entry(cast: Cast) -> Entry:
    found = adopt("s0.4-appraisal", cast.city)
    fill(found)
    first = Entry.objects.unscoped(TEST).order_by("pk").first()
    assert first is not None
    return first


def test_what_an_entry_says_stays_and_how_it_stands_may_change(entry: Entry) -> None:
    assert refused("update records_entry set values = '{}'")
    assert refused("update records_entry set quantity = 1")
    assert refused("delete from records_entry")
    assert not refused("update records_entry set standing = 'withdrawn', version = 2")


def test_frozen_results_take_a_signature_and_nothing_else(entry: Entry) -> None:
    subject = Subject.objects.unscoped(TEST).filter(roster="employee").first()
    assert subject is not None
    digests = dict.fromkeys(
        ("scheme_digest", "parameters_digest", "facts_digest", "results_digest"), "0" * 64
    )
    work = open_round(adopt("s0.4-appraisal", entry.unit))
    frozen = ResultSet(round=work, number=1, frozen_at=NOW, **digests)
    frozen.save()
    ResultRow(result_set=frozen, result="yearly", subject=subject, unit=entry.unit).save()

    assert refused("update records_resultrow set values = '{\"total\": 1}'")
    assert refused("delete from records_resultrow")
    assert refused("delete from records_resultset")
    assert refused("update records_resultset set results_digest = 'x'")
    assert not refused("update records_resultrow set acknowledged_at = now(), version = 2")
    assert not refused("update records_resultset set state = 'reopened', reopened_because = 'x'")


def test_steps_papers_and_texts_of_schemes_are_only_added_to(entry: Entry) -> None:
    EntryStep(entry=entry, kind="signed", at=NOW).save()
    work = open_round(adopt("s0.4-appraisal", entry.unit))
    ballot = Ballot(round=work, title="测评", unit=entry.unit, opened_at=NOW, state="closed")
    ballot.save()
    BallotPaper(pk=uuid4(), ballot=ballot).save()

    assert refused("update records_entrystep set note = 'x'")
    assert refused("delete from records_entrystep")
    assert refused("update records_ballotpaper set values = '{}'")
    assert refused("delete from records_ballotpaper")
    assert refused("update records_schemeversion set files = '{}'")


def test_an_amendment_is_withdrawn_once_and_else_stays(entry: Entry) -> None:
    Amendment(
        adoption=entry.adoption, number=1, why="x", takes_effect_on=NOW.date(), made_at=NOW
    ).save()

    assert refused("update records_amendment set why = 'y'")
    assert refused("update records_amendment set changes = '[1]'")
    assert refused("update records_amendment set takes_effect_on = '2030-01-01'")
    assert refused("delete from records_amendment")
    assert refused("update records_amendment set withdrawn_at = now()")
    withdrawn = "withdrawn_at = now(), withdrawn_because = 'x', version = 2"
    assert not refused(f"update records_amendment set {withdrawn}")
    assert refused("update records_amendment set withdrawn_because = 'y'")
    assert refused("update records_amendment set withdrawn_at = null, withdrawn_because = ''")
