"""Freezing results, opening them again, signing for them."""

from __future__ import annotations

import csv
import hashlib
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from kaocheng.access.actor import system
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.actions.entry_write import New, restand, write_entries
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.result import (
    acknowledge_result,
    ask_freeze,
    freeze_results,
    reopen_results,
)
from kaocheng.actions.result_rows import prepared_rows
from kaocheng.jobs import result_freeze
from kaocheng.jobs.lease import do
from kaocheng.jobs.result_freeze import freeze_rows
from kaocheng.queries.adopted import Adopted, adopted, unpack
from kaocheng.queries.computing import computed
from kaocheng.queries.result_frozen import EXEMPT, last_set, stale
from kaocheng.queries.result_tree import read_tree
from kaocheng.records.models import AuditRow, Entry, Job, ResultRow, ResultSet, Round
from kaocheng.records.models.register import Standing
from tests.adopting import adopt, fact_tables, open_round
from tests.appraising import appraised, pushed
from tests.cast import NOW, Cast, by

WHY = "年度已过，材料补不齐"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def frozen(work: Round) -> ResultSet:
    found = last_set(work)
    assert found is not None
    return found


def corrected(found: Adopted, register: str, field: str, text: str) -> None:
    """The last entry of the register says something else."""
    rows = Entry.objects.unscoped("a test").filter(adoption=found.adoption, register=register)
    entry = rows.filter(standing="counts").select_related("unit", "subject").order_by("-pk")[0]
    entry.adoption = found.adoption

    @action("test.correct")
    def work(act: Act) -> Answer:
        restand(act, [entry], Standing.REPLACED)
        new = New({**entry.values, field: text}, entry.unit, entry.subject, corrects=entry)
        write_entries(act, found, register, [new])
        return Answer.of(entry)

    work(system(NOW + timedelta(hours=1)))


def test_frozen_results_keep_every_row_with_its_digests(cast: Cast) -> None:
    found, work = pushed(cast)

    answer = freeze_results(by(cast.city_officer), round_id=work.pk, because=WHY)

    kept = frozen(work)
    done = computed(found)
    rows = ResultRow.objects.unscoped("a test").filter(result_set=kept)
    assert (
        answer.values["count"]
        == rows.count()
        == sum(len(done.rows(one.id).keys) for one in found.pack.scheme.results)
    )
    assert kept.results_digest == done.results_digest()
    assert kept.scheme_digest == found.adoption.scheme.digest
    assert kept.facts_digest == done.facts_digest()
    assert kept.frozen_because == WHY
    assert WHY not in str(list(AuditRow.objects.values_list("changes", flat=True)))
    work.refresh_from_db()
    assert work.state == "frozen"
    assert stale(found, work, kept) is None


def test_k77_freeze_names_who_lacks_data_unless_a_reason_is_given(cast: Cast) -> None:
    _, work = pushed(cast)

    with pytest.raises(Refused) as refused:
        freeze_results(by(cast.city_officer), round_id=work.pk)

    assert refused.value.message_id == "K77"
    assert re.fullmatch(r"有 \d+ 个对象还缺数据：.+。没有冻结。", str(refused.value))
    assert not ResultSet.objects.unscoped("a test").exists()


def test_k75_results_are_frozen_once(cast: Cast) -> None:
    _, work = pushed(cast)
    freeze_results(by(cast.city_officer), round_id=work.pk, because=WHY)

    with pytest.raises(Refused, match="结果已经冻结，不能再冻结一次。"):
        freeze_results(by(cast.city_officer), round_id=work.pk, because=WHY)


def test_k76_a_faulty_entry_keeps_everything_from_being_frozen(cast: Cast) -> None:
    found, work = pushed(cast)
    corrected(found, "district_score", "mark", "很高")

    with pytest.raises(Refused) as refused:
        freeze_results(by(cast.city_officer), round_id=work.pk, because=WHY)

    assert refused.value.message_id == "K76"
    assert re.fullmatch("有 1 条记录有误，结果算不出来：.+", str(refused.value))


def waiting_job(work: Round) -> Job:
    return Job.objects.get(kind="result.freeze", payload__round_id=work.pk)


def test_many_rows_are_frozen_by_a_job_as_they_are_at_once(cast: Cast) -> None:
    _, work = pushed(cast)
    freeze_results(by(cast.city_officer), round_id=work.pk, because=WHY)
    at_once = frozen(work)
    fields = ("result", "subject", "entry", "period", "place", "values", "flags", "explanation")
    rows = ResultRow.objects.unscoped("a test")
    before = list(rows.filter(result_set=at_once).order_by("pk").values(*fields))
    reopen_results(by(cast.city_officer), set_id=at_once.pk, because="有误")

    ask_freeze(by(cast.city_officer), round_id=work.pk, because=WHY)
    job = waiting_job(work)
    job.attempts = 1
    job.save()
    do(job)

    job.refresh_from_db()
    kept = frozen(work)
    assert (job.state, job.error, job.done_count) == ("done", "", 50)
    assert job.outcome == {"page": f"/rounds/{work.pk}/results"}
    assert job.total_count == len({(row["subject"], row["entry"]) for row in before})
    assert (kept.number, kept.state, kept.frozen_by) == (2, "frozen", cast.city_officer)
    assert list(rows.filter(result_set=kept).order_by("pk").values(*fields)) == before


def test_a_freeze_that_is_run_twice_keeps_one_set(cast: Cast) -> None:
    _, work = pushed(cast)
    for _ in range(2):
        ask_freeze(by(cast.city_officer), round_id=work.pk, because=WHY)
    job = waiting_job(work)
    job.attempts = 1
    job.save()

    for _ in range(2):
        freeze_rows(job)

    assert ResultSet.objects.unscoped("a test").filter(round=work).count() == 1


def test_k77_a_job_is_not_asked_for_without_a_reason(cast: Cast) -> None:
    _, work = pushed(cast)

    with pytest.raises(Refused) as refused:
        ask_freeze(by(cast.city_officer), round_id=work.pk)

    assert refused.value.message_id == "K77"
    assert not Job.objects.exists()


def test_k90_a_job_keeps_nothing_where_a_fact_has_changed_meanwhile(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, work = pushed(cast)
    ask_freeze(by(cast.city_officer), round_id=work.pk, because=WHY)
    job = waiting_job(work)
    job.attempts = 1
    job.save()

    def prepared_then_corrected(*args: object, **given: object) -> object:
        ready = prepared_rows(*args, **given)  # type: ignore[arg-type]
        corrected(found, "district_score", "mark", "1")
        return ready

    monkeypatch.setattr(result_freeze, "prepared_rows", prepared_then_corrected)
    do(job)

    job.refresh_from_db()
    assert (job.state, job.error) == (
        "failed",
        "冻结还没办完，又有记录或参数变动，没有冻结。",
    )
    assert not ResultSet.objects.unscoped("a test").exists()
    assert not ResultRow.objects.unscoped("a test").exists()
    work.refresh_from_db()
    assert work.state == "running"


def test_k91_two_do_not_freeze_side_by_side(cast: Cast) -> None:
    _, work = pushed(cast)
    ask_freeze(by(cast.city_officer), round_id=work.pk, because=WHY)
    Job.objects.update(asked_by_person_id=cast.officer.pk)

    with pytest.raises(
        Refused, match=r"这项考核正在冻结：别的负责人于.+提出，还没有办完。"
    ) as refused:
        ask_freeze(by(cast.city_officer), round_id=work.pk, because=WHY)

    assert refused.value.message_id == "K91"


def test_k88_without_anybody_there_is_nothing_to_freeze(cast: Cast) -> None:
    work = open_round(adopt("s2-guangzhou", cast.city))

    with pytest.raises(Refused) as refused:
        freeze_results(by(cast.city_officer), round_id=work.pk, because=WHY)

    assert refused.value.message_id in {"K76", "K88"}


def test_k88_says_to_fill_the_roster() -> None:
    assert str(Refused("K88")) == "还没有人在这项考核的名册上，没有结果可冻结。"


def test_only_the_unit_of_the_round_decides_about_its_results(cast: Cast) -> None:
    _, work = pushed(cast)

    for who in (cast.officer, cast.lead, cast.teacher):
        with pytest.raises(NotYours):
            freeze_results(by(who), round_id=work.pk, because=WHY)


def test_later_entries_make_frozen_results_stale_and_leave_them_as_they_are(cast: Cast) -> None:
    found, work = pushed(cast)
    freeze_results(by(cast.city_officer), round_id=work.pk, because=WHY)
    kept = frozen(work)
    before = list(ResultRow.objects.unscoped("a test").order_by("pk").values("values", "headline"))

    corrected(found, "district_score", "mark", "1")

    moved = stale(adopted(found.adoption), work, kept)
    assert moved is not None
    assert moved.entries == 1
    assert moved.changed
    after = list(ResultRow.objects.unscoped("a test").order_by("pk").values("values", "headline"))
    assert after == before


def test_a_change_that_moves_no_result_is_told_apart(cast: Cast) -> None:
    found, work = pushed(cast)
    freeze_results(by(cast.city_officer), round_id=work.pk, because=WHY)
    rows = Entry.objects.unscoped("a test").filter(register="self_score", standing="counts")
    entry = rows.order_by("-pk")[0]

    corrected(found, "self_score", "mark", entry.values["mark"])

    moved = stale(adopted(found.adoption), work, frozen(work))
    assert moved is not None
    assert (moved.entries, moved.changed) == (1, 0)


def test_reopened_results_stay_and_are_frozen_anew(cast: Cast) -> None:
    found, work = pushed(cast)
    freeze_results(by(cast.city_officer), round_id=work.pk, because=WHY)
    first = frozen(work)

    reopen_results(by(cast.city_officer), set_id=first.pk, because="区级考核录错一项")
    corrected(found, "district_score", "mark", "1")
    freeze_results(by(cast.city_officer), round_id=work.pk, because=WHY)

    first.refresh_from_db()
    second = frozen(work)
    assert (first.state, first.reopened_because) == ("reopened", "区级考核录错一项")
    assert (second.number, second.state) == (2, "frozen")
    assert first.results_digest != second.results_digest
    assert ResultRow.objects.unscoped("a test").filter(result_set=first).exists()


def test_k78_reopening_needs_a_reason(cast: Cast) -> None:
    _, work = pushed(cast)
    freeze_results(by(cast.city_officer), round_id=work.pk, because=WHY)

    with pytest.raises(Invalid) as invalid:
        reopen_results(by(cast.city_officer), set_id=frozen(work).pk, because=" ")

    assert str(invalid.value.problems["because"]) == "“重新打开的理由”还没有填。"


def test_k79_reasons_are_short(cast: Cast) -> None:
    _, work = pushed(cast)

    with pytest.raises(Refused) as refused:
        freeze_results(by(cast.city_officer), round_id=work.pk, because="长" * 201)

    assert str(refused.value) == "“理由”最多 200 个字，现在有 201 个。"


def own_row(person_id: int) -> ResultRow:
    rows = ResultRow.objects.unscoped("a test").filter(subject__person=person_id)
    return rows.filter(result="yearly").order_by("-pk")[0]


def test_subjects_sign_for_their_own_result_once(cast: Cast) -> None:
    _, work = appraised(cast)
    freeze_results(by(cast.lead), round_id=work.pk, because=WHY)
    row = own_row(cast.teacher.pk)

    for who in (cast.colleague, cast.lead):
        with pytest.raises(NotYours):
            acknowledge_result(by(who), row_id=row.pk)
    acknowledge_result(by(cast.teacher), row_id=row.pk)

    row.refresh_from_db()
    assert row.acknowledged_by == cast.teacher
    assert row.acknowledged_at == NOW


def test_k80_a_result_is_signed_once(cast: Cast) -> None:
    _, work = appraised(cast)
    freeze_results(by(cast.lead), round_id=work.pk, because=WHY)
    row = own_row(cast.teacher.pk)
    acknowledge_result(by(cast.teacher), row_id=row.pk)

    with pytest.raises(Refused, match=r"这份结果已经签字确认过：林晓棠，.+。"):
        acknowledge_result(by(cast.teacher), row_id=row.pk)


def test_k81_reopened_results_are_not_signed(cast: Cast) -> None:
    _, work = appraised(cast)
    freeze_results(by(cast.lead), round_id=work.pk, because=WHY)
    reopen_results(by(cast.lead), set_id=frozen(work).pk, because="有误")

    with pytest.raises(Refused, match="结果已经重新打开，不能签字确认。"):
        acknowledge_result(by(cast.teacher), row_id=own_row(cast.teacher.pk).pk)


def test_a_clerk_does_not_freeze(cast: Cast) -> None:
    _, work = appraised(cast)

    with pytest.raises((NotYours, NotAllowed)):
        freeze_results(by(cast.clerk), round_id=work.pk, because=WHY)


@pytest.mark.parametrize("pack", ["s2-guangzhou", "s0.4-appraisal"])
def test_the_command_line_comes_to_what_was_frozen(pack: str, cast: Cast, tmp_path: Path) -> None:
    is_city = pack == "s2-guangzhou"
    found, work = (pushed if is_city else appraised)(cast)
    officer = cast.city_officer if is_city else cast.lead
    freeze_results(by(officer), round_id=work.pk, because=WHY)
    unpack(found.adoption.scheme.files, tmp_path / "scheme")
    (tmp_path / "facts").mkdir()
    for name, table in fact_tables(found).items():
        with (tmp_path / "facts" / f"{name}.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows([table.header, *(row.cells for row in table.rows)])

    command = ["score", "scheme", "--facts", "facts", "--out", "results"]
    subprocess.run([sys.executable, "-m", "kaocheng.cli.main", *command], cwd=tmp_path, check=True)

    files = {one.id: tmp_path / "results" / f"{one.id}.csv" for one in found.pack.scheme.results}
    lines = "".join(f"{name} {sha256(file.read_bytes())}\n" for name, file in files.items())
    assert frozen(work).results_digest == sha256(lines.encode())
    for result in found.pack.scheme.results:
        key = found.pack.subject_of(result).key
        said = {
            (row[key], row.get("period", "")): row
            for row in csv.DictReader(files[result.id].read_text("utf-8-sig").splitlines())
        }
        rows = ResultRow.objects.unscoped("a test").filter(result=result.id)
        assert rows.exists()
        for row in rows.select_related("subject", "entry"):
            cells = said[row.about, row.period]
            items = {name: one for name, one in row.values.items() if name != EXEMPT}
            assert items == {name: [cells[name], cells[f"{name}.state"]] for name in items}
            assert {name for name in cells if f"{name}.state" in cells} == {*items}


def test_a_frozen_explanation_reads_the_same_later(cast: Cast) -> None:
    _, work = appraised(cast)
    freeze_results(by(cast.lead), round_id=work.pk, because=WHY)
    tree = read_tree(own_row(cast.teacher.pk).explanation)
    assert tree["section"]["title"] == "年度考核"
    assert tree["headline"]["grade"] == own_row(cast.teacher.pk).grade
