"""Results out of the database are those of the reference, bit for bit, however they come about."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import transaction

from kaocheng.access.actor import system
from kaocheng.actions.entry_write import New, restand, write_entries
from kaocheng.actions.fact_load import Place, Placed
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.documents.result_table import result_table
from kaocheng.engine import verbs
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.explain import walk_branches
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import find_packs
from kaocheng.formats import canonical_csv_bytes
from kaocheng.queries import computing, computing_store
from kaocheng.queries.adopted import Adopted, adopted, example_tables, fact_tables
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


def correct(entry: Entry, field: str, text: str) -> None:
    """The entry is corrected, as the ledger does it."""
    found = adopted(entry.adoption)

    @action("test.correct")
    def work(act: Act) -> Answer:
        restand(act, [entry], Standing.REPLACED)
        values = {**entry.values, field: text}
        new = New(values, entry.unit, entry.subject, corrects=entry)
        write_entries(act, found, entry.register, [new])
        return Answer.of(entry)

    work(system(NOW))


def by_school(found: Adopted, cast: Cast) -> Placed:
    """Every second school belongs to another unit."""
    units = (cast.school, cast.other_school, cast.far_school)

    def placed(roster: str, values: object) -> Place:
        assert isinstance(values, dict)
        is_school = roster == "school"
        return Place(units[sum(map(ord, values["id"])) % 3] if is_school else found.adoption.unit)

    return placed


def entries_of(found: Adopted, register: str) -> list[Entry]:
    rows = Entry.objects.unscoped("a test").filter(adoption=found.adoption, register=register)
    return list(rows.filter(standing="counts").select_related("adoption__scheme").order_by("pk"))


@pytest.mark.parametrize("columns", [True, False])
@pytest.mark.parametrize(
    "change",
    [
        ("district_score", "mark", "1"),
        ("district_score", "mark", "3.25"),
        ("self_score", "mark", "0"),
        ("completion", "online_done", "1"),
        ("completion", "online_done", "100000"),
    ],
)
def test_a_corrected_entry_gives_what_everything_computed_anew_gives(
    change: tuple[str, str, str], columns: bool, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    register, field, text = change
    monkeypatch.setattr(computing_store, "MANY_ROWS", 0 if columns else 10**9)
    found = adopt("s2-guangzhou", cast.city)
    fill(found, by_school(found, cast))
    before = out_of_the_database(found)

    correct(entries_of(found, register)[5], field, text)

    assert out_of_the_database(found) == by_the_reference(found) != before


def test_a_change_of_one_unit_is_computed_for_that_unit_alone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing_store, "MANY_ROWS", 0)
    found = adopt("s2-guangzhou", cast.city)
    fill(found, by_school(found, cast))
    computed(found)
    monkeypatch.setattr(computing_store.Kept, "_computed", None)

    correct(entries_of(found, "self_score")[0], "mark", "4")

    assert out_of_the_database(found) == by_the_reference(found)


@pytest.mark.parametrize("columns", [True, False])
@pytest.mark.parametrize("pack", PACKS)
def test_withdrawn_entries_of_any_register_no_longer_count(
    pack: str, columns: bool, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing_store, "MANY_ROWS", 0 if columns else 10**9)
    found = adopt(pack, cast.city)
    fill(found)
    computed(found)
    # What others refer to stays: without it they would be about nothing.
    free = [one for one in found.ledgers if not one.key]
    last = [entries[-1] for one in free if (entries := entries_of(found, one.id))]

    @action("test.withdraw")
    def withdraw(act: Act) -> Answer:
        restand(act, last, Standing.WITHDRAWN)
        return Answer.of(found.adoption)

    withdraw(system(NOW))
    assert out_of_the_database(found) == by_the_reference(found)


def test_nothing_is_computed_again_while_nothing_changes(cast: Cast) -> None:
    found = adopt("s2-guangzhou", cast.city)
    fill(found)
    assert computed(found) is computed(adopted(found.adoption))


def test_a_change_that_is_rolled_back_leaves_nothing_behind(cast: Cast) -> None:
    found = adopt("s2-guangzhou", cast.city)
    fill(found)
    before = out_of_the_database(found)
    entry = entries_of(found, "district_score")[0]

    with transaction.atomic():
        correct(entry, "mark", "1")
        assert out_of_the_database(found) != before
        transaction.set_rollback(True)

    assert out_of_the_database(found) == before


def test_changed_parameters_are_computed_anew(cast: Cast) -> None:
    found = adopt("s2-guangzhou", cast.city)
    fill(found)
    before = out_of_the_database(found)
    found.adoption.parameters = {**found.adoption.parameters, "gap_line": "0"}
    found.adoption.save()

    again = adopted(found.adoption)
    assert out_of_the_database(again) == by_the_reference(again) != before


def test_an_explanation_leads_to_the_entries_that_it_rests_on(cast: Cast) -> None:
    found = adopt("s2-guangzhou", cast.city)
    fill(found)
    explained = computed(found).explained("YL04")
    lines = {
        line
        for explanation in explained.explanations
        for branch in walk_branches(explanation.branches)
        for table in explained.rows.tables(branch.rows, about=explanation.fact.ref)
        if table.table == "district_score"
        for line, _ in table.rows
    }
    own = {one.pk for one in entries_of(found, "district_score") if one.values["school"] == "YL04"}
    assert lines
    assert lines <= own


@pytest.mark.parametrize("pack", ["s2-guangzhou", "s0.4-appraisal"])
def test_both_evaluators_explain_and_judge_alike(
    pack: str, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = adopt(pack, cast.city)
    fill(found)
    said = []
    for many in (0, 10**9):
        computing.forget()
        monkeypatch.setattr(computing_store, "MANY_ROWS", many)
        done = computed(found)
        result = found.pack.scheme.results[0].id
        keys = sorted({key for key in done.rows(result).keys if key})
        said.append(
            (
                [done.explained(key).explanations for key in keys[:4]],
                done.effects(),
                done.gates(),
                done.samples(),
                done.facts_digest(),
                done.results_digest(),
            )
        )
    assert said[0] == said[1]
