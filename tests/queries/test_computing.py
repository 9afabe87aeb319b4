"""Results out of the database are those of the reference, bit for bit, however they come about."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import transaction

from kaocheng.access.actor import system
from kaocheng.actions.entry_write import New, restand, write_entries
from kaocheng.actions.fact_load import Place, Placed
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.subject import add_subject, change_subject, leave_subject
from kaocheng.documents.result_table import result_table
from kaocheng.engine import verbs
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.run import Store
from kaocheng.engine.explain import walk_branches
from kaocheng.engine.problems import Problems
from kaocheng.engine.problems import Refused as FactsRefused
from kaocheng.engine.reading.packs import find_packs
from kaocheng.formats import canonical_csv_bytes
from kaocheng.queries import computing, computing_store
from kaocheng.queries.adopted import Adopted, adopted, example_tables
from kaocheng.queries.computing import computed
from kaocheng.records.models import Entry, Subject
from kaocheng.records.models.register import Standing
from tests.adopting import adopt, fact_tables, fill
from tests.appraising import RESULT, appraised, subject
from tests.cast import NOW, Cast, by

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


def signed(found: Adopted, register: str) -> None:
    """The first entry of the register waits, then counts again."""
    entry = entries_of(found, register)[0]
    for standing in (Standing.WAITING, Standing.COUNTS):
        stand(entry, standing)
        same_as_cold(found)


def stand(entry: Entry, standing: Standing) -> None:
    @action("test.stand")
    def work(act: Act) -> Answer:
        restand(act, [entry], standing)
        return Answer.of(entry)

    work(system(NOW))


def same_as_cold(found: Adopted) -> dict[str, bytes]:
    now = out_of_the_database(found)
    assert now == by_the_reference(found)
    return now


@pytest.mark.parametrize("columns", [True, False])
def test_after_every_kind_of_change_results_are_those_of_a_cold_computation(
    columns: bool, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing_store, "MANY_ROWS", 0 if columns else 10**9)
    found = adopt("s2-guangzhou", cast.city)
    fill(found, by_school(found, cast))
    schools = Subject.objects.unscoped("a test").filter(adoption=found.adoption, roster="school")
    officer, seen = by(cast.city_officer), [same_as_cold(found)]

    def next_one() -> None:
        seen.append(same_as_cold(found))
        assert seen[-1] != seen[-2]

    correct(entries_of(found, "district_score")[0], "mark", "0.5")
    next_one()
    correct(entries_of(found, "completion")[0], "online_done", "1")
    next_one()
    stand(entries_of(found, "self_score")[3], Standing.WITHDRAWN)
    next_one()
    signed(found, "district_score")
    signed(found, "material")
    school = schools.order_by("pk")[1]
    change_subject(officer, subject_id=school.pk, version=1, values={"city_direct": "是"})
    next_one()
    change_subject(officer, subject_id=school.pk, version=2, values={"name": '一校",改'})
    next_one()
    values = {**school.values, "id": "YL99"}
    added = add_subject(
        officer, adoption_id=found.adoption.pk, register="school", unit_id=0, values=values
    )
    next_one()
    for version in (1, 2):
        leave_subject(officer, subject_id=int(added.id), version=version)
        next_one()
    correct(entries_of(found, "district_score")[1], "mark", "0.25")
    next_one()
    found.adoption.parameters = {**found.adoption.parameters, "gap_line": "0"}
    found.adoption.save()
    found = adopted(found.adoption)
    next_one()
    correct(entries_of(found, "district_score")[2], "mark", "0.25")
    next_one()


def test_what_a_change_does_not_reach_is_not_computed_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing_store, "MANY_ROWS", 0)
    found = adopt("s2-guangzhou", cast.city)
    fill(found, by_school(found, cast))
    out_of_the_database(found)
    ran: list[str] = []
    execute = Store._execute

    def told(store: Store, sql: str, parameters: object = None) -> list[object]:
        ran.append(sql)
        return execute(store, sql, parameters)

    monkeypatch.setattr(Store, "_execute", told)
    correct(entries_of(found, "district_score")[0], "mark", "1")
    same_as_cold(found)

    made = {line.split('"')[1] for line in ran if line.startswith("CREATE")}
    assert {name.rpartition("_")[0] for name in made} == {"w_schools", "w_districts"}


@pytest.mark.parametrize("columns", [True, False])
def test_entries_at_fault_are_left_out_and_said(
    columns: bool, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing_store, "MANY_ROWS", 0 if columns else 10**9)
    found = adopt("s2-guangzhou", cast.city)
    fill(found, by_school(found, cast))
    whole = out_of_the_database(found)
    first, second = entries_of(found, "district_score")[:2]

    correct(first, "mark", "很高")
    correct(second, "scorer", "无此人")
    done, out = computed(found), out_of_the_database(found)

    wrong = entries_of(found, "district_score")[-2:]
    assert {one.place.line for one in done.faults} == {one.pk for one in wrong}
    assert {one.id for one in done.faults} == {"F43", "F49"}
    for one in wrong:
        stand(one, Standing.WITHDRAWN)
    assert out == same_as_cold(found) != whole
    assert computed(found).faults == ()


@pytest.mark.parametrize("columns", [True, False])
def test_a_fault_that_is_rolled_back_leaves_nothing_behind(
    columns: bool, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing_store, "MANY_ROWS", 0 if columns else 10**9)
    found = adopt("s2-guangzhou", cast.city)
    fill(found)
    before = out_of_the_database(found)
    district = subject(found, subject(found, "YL02").values["district"])

    with transaction.atomic():
        correct(entries_of(found, "district_score")[0], "mark", "很高")
        assert computed(found).faults
        leave_subject(by(cast.city_officer), subject_id=district.pk, version=1)
        with pytest.raises(FactsRefused):
            computed(found)
        transaction.set_rollback(True)

    assert out_of_the_database(found) == before
    assert computed(found).faults == ()


def test_entries_of_somebody_who_has_left_the_roster_count_no_more(cast: Cast) -> None:
    found, _ = appraised(cast)
    leaving = subject(found, "XX04")
    about = Entry.objects.unscoped("a test").filter(subject=leaving, standing="counts")
    assert about.exists()
    before = out_of_the_database(found)

    leave_subject(by(cast.lead), subject_id=leaving.pk, version=1)

    same_as_cold(found)
    assert computed(found).faults == ()
    assert leaving.key not in computed(found).rows(RESULT).keys
    leave_subject(by(cast.lead), subject_id=leaving.pk, version=2)
    assert same_as_cold(found) == before


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
