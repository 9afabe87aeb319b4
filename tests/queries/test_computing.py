"""Results out of the database are those of the reference, bit for bit, however they come about."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import transaction

from kaocheng.access.actor import system
from kaocheng.actions.entry_write import New, restand, write_entries
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.documents.result_table import result_table
from kaocheng.engine import verbs
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import find_packs
from kaocheng.formats import canonical_csv_bytes
from kaocheng.queries import computing, computing_store
from kaocheng.queries.adopted import Adopted, example_tables, fact_tables
from kaocheng.queries.computing import computed
from kaocheng.records.models import Entry
from kaocheng.records.models.register import Standing
from tests.adopting import adopt, fill
from tests.cast import NOW, Cast

PACKS = [folder.name for folder in find_packs(settings.SCHEMES)]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    computing.forget()


def by_the_reference(found: Adopted, tables: object = None) -> dict[str, bytes]:
    facts = verbs.facts(found.pack, tables or fact_tables(found), problems=Problems())  # type: ignore[arg-type]
    run = verbs.run(found.compiled, facts)
    return {
        one.id: canonical_csv_bytes(result_table(run, one)) for one in found.pack.scheme.results
    }


def out_of_the_database(found: Adopted) -> dict[str, bytes]:
    done = computed(found)
    return {
        one.id: done.rows(one.id).csv().removeprefix("\ufeff".encode())
        for one in found.pack.scheme.results
    }


@pytest.mark.parametrize("columns", [True, False])
@pytest.mark.parametrize("pack", PACKS)
def test_results_of_a_pack_are_those_of_the_reference(
    pack: str, columns: bool, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing_store, "MANY_ROWS", 0 if columns else 10**9)
    found = adopt(pack, cast.city)
    fill(found)

    assert out_of_the_database(found) == by_the_reference(
        found, example_tables(found.adoption.scheme)
    )
    assert isinstance(computed(found).run, ColumnarRun) is columns
