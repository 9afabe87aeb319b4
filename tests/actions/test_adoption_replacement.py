"""A newer text in mid-work: what fits stays, what does not goes back with the reason."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from kaocheng.access.actor import system
from kaocheng.access.refusal import Refused
from kaocheng.actions.adoption import approve_adoption, settle_adoption, start_adoption
from kaocheng.actions.adoption_replacement import replace_adoption
from kaocheng.actions.amendment import make_amendment
from kaocheng.actions.perform import digest
from kaocheng.actions.scheme import keep_scheme
from kaocheng.queries.adopted import Adopted, adopted, compiled
from kaocheng.queries.adoption_replacement import Replacement
from kaocheng.records.models import (
    Adoption,
    AuditRow,
    Entry,
    EntryStep,
    RegisterTotal,
    SchemeVersion,
    Subject,
)
from kaocheng.records.models.register import Standing, StepKind
from kaocheng.records.models.scheme import AdoptionState
from tests.adopting import adopt, fill, open_round
from tests.cast import NOW, Cast, by

S2 = "s2-guangzhou"
# What the newer text says otherwise: (file, before, after).
NARROWER = (
    "registers.yaml",
    "{title: 自评得分, type: number, least: 0",
    "{title: 自评得分, type: number, least: 3",
)
HIGHER = (
    "parameters.yaml",
    "default: 60\n    least: 0\n",
    "default: 65\n    least: 65\n",
)
MORE_OF_A_DISTRICT = (
    "registers.yaml",
    "name: {title: 区名, type: text, required: 是}\n",
    (
        "name: {title: 区名, type: text, required: 是}\n      code: {title: 区代码, type: text,"
        " required: 是}\n"
    ),
)
ONE_MORE = (
    "parameters.yaml",
    "parameters:\n",
    "parameters:\n  - {id: rate, title: 复核的比例, type: number, confirm: 是, why: 新定的}\n",
)


def newer(folder: Path, *changes: tuple[str, str, str]) -> SchemeVersion:
    """The scheme with passages replaced, kept as a version of the same pack."""
    pack = folder / S2
    shutil.copytree(settings.SCHEMES / S2, pack)
    for name, before, after in changes:
        path = pack / name
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after), "utf-8")
    return SchemeVersion.objects.get(pk=keep_scheme(system(NOW), folder=pack).id)


def again(adoption: Adoption) -> Adoption:
    return Adoption.objects.unscoped("a test").select_related("unit", "scheme").get(pk=adoption.pk)


@pytest.fixture
def at_work(cast: Cast) -> Adopted:
    found = adopt(S2, cast.city)
    fill(found)
    return found


def test_a_newer_text_is_prepared_beside_the_old_and_takes_over_when_approved(
    cast: Cast, at_work: Adopted, tmp_path: Path
) -> None:
    scheme = newer(tmp_path, ONE_MORE)
    work = open_round(at_work)
    officer, old = by(cast.city_officer), at_work.adoption
    entries = Entry.objects.unscoped("a test").filter(adoption=old).count()
    subjects = Subject.objects.unscoped("a test").filter(adoption=old).count()
    totals = RegisterTotal.objects.filter(adoption=old).count()

    answer = replace_adoption(officer, adoption_id=old.pk, scheme_id=scheme.pk, version=1)

    draft = Adoption.objects.unscoped("a test").get(pk=answer.id)
    assert (draft.state, draft.replaces_id) == (AdoptionState.DRAFT, old.pk)
    assert draft.parameters == old.parameters
    assert again(old).state == AdoptionState.IN_FORCE
    with pytest.raises(Refused) as problem:
        approve_adoption(officer, adoption_id=draft.pk, version=1)
    assert problem.value.values == {"count": 1}

    settle_adoption(officer, adoption_id=draft.pk, version=1, parameters={"rate": "10%"})
    approve_adoption(officer, adoption_id=draft.pk, version=2)

    assert (again(old).state, again(draft).state) == ("replaced", "in_force")
    assert Entry.objects.unscoped("a test").filter(adoption=draft).count() == entries
    assert Subject.objects.unscoped("a test").filter(adoption=draft).count() == subjects
    assert RegisterTotal.objects.filter(adoption=draft).count() == totals
    work.refresh_from_db()
    assert work.adoption_id == draft.pk


def test_k103_what_has_amendments_coming_is_not_replaced(
    cast: Cast, at_work: Adopted, tmp_path: Path
) -> None:
    scheme = newer(tmp_path, NARROWER)
    officer, old = by(cast.city_officer), at_work.adoption
    answer = replace_adoption(officer, adoption_id=old.pk, scheme_id=scheme.pk, version=1)
    make_amendment(
        officer,
        adoption_id=old.pk,
        version=1,
        why="提高",
        takes_effect_on=date(2026, 12, 1),
        parameters={"pass_line": "70"},
    )

    with pytest.raises(Refused) as problem:
        approve_adoption(officer, adoption_id=int(answer.id), version=1)

    assert str(problem.value) == (f"“{old.title}”还有 1 次修订没到生效日期，不能替换。")


def test_entries_that_do_not_fit_go_back_with_the_reason_and_the_rest_stays(
    cast: Cast, at_work: Adopted, tmp_path: Path
) -> None:
    scheme = newer(tmp_path, NARROWER)
    officer, old = by(cast.city_officer), at_work.adoption
    counted = Entry.objects.unscoped("a test").filter(standing=Standing.COUNTS).count()

    answer = replace_adoption(officer, adoption_id=old.pk, scheme_id=scheme.pk, version=1)
    draft = Adoption.objects.unscoped("a test").get(pk=answer.id)
    approve_adoption(officer, adoption_id=draft.pk, version=1)

    now = Entry.objects.unscoped("a test").filter(adoption=draft)
    returned = now.filter(standing=Standing.RETURNED)
    assert [one.values["mark"] for one in returned] == ["2.5", "2.5"]
    still = now.filter(standing=Standing.COUNTS)
    assert still.count() == counted - 2
    totals = RegisterTotal.objects.filter(adoption=draft, register="self_score")
    assert sum(one.entries for one in totals) == still.filter(register="self_score").count()
    row = AuditRow.objects.filter(action="adoption.approve", changes__standing="returned").first()
    assert row is not None
    steps = EntryStep.objects.filter(entry__in=returned, kind=StepKind.RETURNED)
    reason = "2.5 超出范围（3 至 不限）。"
    assert [(one.what, one.note) for one in steps] == [("方案换了新文本", reason)] * 2
    # What was entered stands beside the entry alone, not in the log.
    assert row.changes["note"] == digest(reason)


def test_entries_are_found_by_the_fields_of_the_new_text(
    cast: Cast, at_work: Adopted, tmp_path: Path
) -> None:
    other_date = "      checked_on: {title: 核对日期, type: date}\n      mark: {title: 自评得分"
    scheme = newer(tmp_path, ("registers.yaml", "      mark: {title: 自评得分", other_date))
    officer, old = by(cast.city_officer), at_work.adoption
    before = Entry.objects.unscoped("a test").filter(adoption=old, register="self_score")
    dated, count = before.exclude(date=None).first(), before.count()
    assert dated is not None

    answer = replace_adoption(officer, adoption_id=old.pk, scheme_id=scheme.pk, version=1)
    draft = Adoption.objects.unscoped("a test").get(pk=answer.id)
    approve_adoption(officer, adoption_id=draft.pk, version=1)

    now = Entry.objects.unscoped("a test").filter(adoption=draft, register="self_score")
    assert now.filter(standing=Standing.COUNTS, date=None).count() == count
    later = now.get(corrects=dated)
    assert later.values == dated.values
    dated.refresh_from_db()
    assert (dated.standing, dated.date is None) == (Standing.REPLACED, False)
    totals = RegisterTotal.objects.filter(adoption=draft, register="self_score")
    assert sum(one.entries for one in totals) == count


def test_a_drafts_text_is_exchanged_at_once(cast: Cast, tmp_path: Path) -> None:
    officer = by(cast.city_officer)
    answer = start_adoption(officer, folder=settings.SCHEMES / S2)
    settle_adoption(officer, adoption_id=int(answer.id), version=1, parameters={"pass_line": "70"})
    scheme = newer(tmp_path, ONE_MORE)

    replace_adoption(officer, adoption_id=int(answer.id), scheme_id=scheme.pk, version=2)

    draft = Adoption.objects.unscoped("a test").get(pk=answer.id)
    assert (draft.scheme_id, draft.replaces_id) == (scheme.pk, None)
    assert draft.parameters == {"pass_line": "70"}


def test_what_no_longer_stands_is_told(cast: Cast, at_work: Adopted, tmp_path: Path) -> None:
    scheme = newer(tmp_path, ONE_MORE, HIGHER, NARROWER, MORE_OF_A_DISTRICT)

    replacement = Replacement(adopted(again(at_work.adoption)), compiled(scheme))

    assert [one.title for one in replacement.open_parameters] == ["复核的比例", "合格的最终得分"]
    assert replacement.lost_parameters == ("合格的最终得分",)
    assert replacement.new_titles == ()
    registers = {one.id: one for one in replacement.registers}
    assert registers["district"].needed == ("区代码",)
    assert registers["district"].fitting == 0
    assert registers["school"].fitting == registers["school"].rows
    assert len(replacement.misfits) == 2
    said = [change for _, listed in replacement.sections for change in listed]
    assert [words for effect, words in said if "自评得分" in words] == [
        "学校自评打分·自评得分：最小可填由 0 改为 3"
    ]


def test_k16_the_same_text_replaces_nothing(cast: Cast, at_work: Adopted) -> None:
    adoption = at_work.adoption

    with pytest.raises(Refused) as problem:
        replace_adoption(
            by(cast.city_officer),
            adoption_id=adoption.pk,
            scheme_id=adoption.scheme_id,
            version=1,
        )

    assert str(problem.value) == "方案的文本和现在用的一样，不用换。"


def test_k17_one_replacement_is_prepared_at_a_time(
    cast: Cast, at_work: Adopted, tmp_path: Path
) -> None:
    officer, adoption = by(cast.city_officer), at_work.adoption
    scheme = newer(tmp_path, ONE_MORE)
    replace_adoption(officer, adoption_id=adoption.pk, scheme_id=scheme.pk, version=1)

    with pytest.raises(Refused) as problem:
        replace_adoption(officer, adoption_id=adoption.pk, scheme_id=scheme.pk, version=1)

    assert str(problem.value) == f"替换它的“{adoption.title}”已经在准备。"
