"""A roster is taken over as it was checked, wholly or not at all."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pytest

from kaocheng.access.refusal import NotYours, Refused
from kaocheng.actions.person import correct_person
from kaocheng.actions.roster import (
    Upload,
    bytes_of,
    check_again,
    check_roster,
    drop_roster,
    import_roster,
)
from kaocheng.methods.one_time import one_time_password
from kaocheng.records.models import (
    Account,
    Appointment,
    AuditRow,
    FileUse,
    Person,
    PersonalData,
    RosterImport,
    Unit,
)
from tests.cast import Cast, by
from tests.methods.test_identity import MADE_UP, with_check_digit

TODAY = date(2026, 11, 27)
HEADING = "姓名,师训编号,学校,教研组,任职,性别,学科,身份证号,手机号码"
ID_NUMBER = with_check_digit(MADE_UP[:17])
PHONE = "13800138000"
NOBODY: dict[str, int] = {}
EXISTING = (
    "林晓棠,T-linxiaotang,榕荫小学,数学组,教师,,,,",
    "陈敏,T-chenmin,榕荫小学,数学组,教师,,,,",
    "陈国安,T-chenguoan,榕荫小学,数学组,坊主,,,,",
)


class Settings(Protocol):
    DATA: Path


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def upload(*rows: str, name: str = "名单.csv") -> Upload:
    return Upload(name, "\n".join([HEADING, *rows]).encode())


def checked(
    cast: Cast, *rows: str, who: Person | None = None, unit: Unit | None = None
) -> RosterImport:
    answer = check_roster(
        by(who or cast.clerk), unit_id=(unit or cast.school).pk, upload=upload(*rows)
    )
    return found(int(answer.id))


def found(import_id: int) -> RosterImport:
    return RosterImport.objects.unscoped("a test looks").get(pk=import_id)


def people() -> set[str]:
    return {row.name for row in Person.objects.unscoped("a test looks")}


def jobs(name: str) -> list[tuple[str, str, str, str]]:
    rows = Appointment.objects.unscoped("a test looks").filter(person__name=name)
    return sorted(
        (row.unit.name, row.role, str(row.starts_on), str(row.ends_on or ""))
        for row in rows.select_related("unit")
    )


def test_check_counts_what_would_happen_and_writes_nothing(cast: Cast) -> None:
    before = people()

    row = checked(
        cast,
        "林晓棠,T-linxiaotang,榕荫小学,数学组,教师,女,数学,,",
        "陈敏,T-chenmin,榕荫小学,数学组,教师,,,,",
        "单雪,T900,榕荫小学,语文组,教师,女,语文,,",
    )

    assert row.counts == {
        "new": 1,
        "changed": 1,
        "unchanged": 1,
        "leaving": 1,
        "groups": 1,
        "errors": 0,
        "doubts": 0,
        "twins": 0,
    }
    assert row.preview["changed"] == [[2, "林晓棠", [["性别", "", "女"], ["学科", "", "数学"]]]]
    assert row.preview["leaving"] == [[cast.workshop_leader.pk, "陈国安", "数学组"]]
    assert row.preview["groups"] == [["榕荫小学", "语文组"]]
    assert people() == before
    assert not Unit.objects.unscoped("a test looks").filter(name="语文组").exists()


def test_import_adds_people_groups_and_accounts_and_changes_the_others(cast: Cast) -> None:
    row = checked(
        cast,
        f"林晓棠,T-linxiaotang,榕荫小学,语文组,教师,女,语文,{ID_NUMBER},{PHONE}",
        "陈敏,T-chenmin,榕荫小学,数学组,教师,,,,",
        f"单雪,T900,榕荫小学,语文组,教师,女,语文,,{PHONE}",
    )

    import_roster(by(cast.clerk), import_id=row.pk, same_as=NOBODY, seed="seed")

    assert jobs("单雪") == [("语文组", "member", "2026-11-27", "")]
    assert jobs("林晓棠") == [
        ("数学组", "member", "2020-09-01", "2026-11-27"),
        ("语文组", "member", "2026-11-27", ""),
    ]
    assert jobs("陈国安") == [("数学组", "workshop_leader", "2020-09-01", "")]
    new = Person.objects.unscoped("a test looks").get(name="单雪")
    assert (new.pinyin, new.subject) == ("shan4 xue3", "语文")
    account = Account.objects.get(person=new)
    assert (account.login, account.must_change_password) == ("T900", True)
    assert account.check_password(one_time_password("seed", "T900"))
    data = PersonalData.objects.get(person=cast.teacher)
    assert (data.id_number, data.phone) == (ID_NUMBER, PHONE)
    assert found(row.pk).added == [new.pk]
    assert found(row.pk).state == "done"


def test_log_has_one_row_for_each_person_and_no_personal_data(cast: Cast) -> None:
    row = checked(
        cast,
        f"林晓棠,T-linxiaotang,榕荫小学,数学组,教师,女,语文,{ID_NUMBER},{PHONE}",
        f"单雪,T900,榕荫小学,语文组,教师,女,语文,,{PHONE}",
    )
    kept = json.dumps([row.counts, row.preview, row.problems], ensure_ascii=False)
    import_roster(by(cast.clerk), import_id=row.pk, same_as=NOBODY, seed="seed")

    rows = AuditRow.objects.filter(action="roster.import", object_kind="person")
    assert sorted(one.changes["imported"] for one in rows) == ["changed", "new"]
    log = json.dumps(list(AuditRow.objects.values_list("changes", flat=True)), ensure_ascii=False)
    for canary in (ID_NUMBER, PHONE, "单雪", one_time_password("seed", "T900")):
        assert canary not in log
    assert "手机号码" in kept
    for canary in (ID_NUMBER, PHONE):
        assert canary not in kept


def test_same_file_again_changes_nothing(cast: Cast) -> None:
    rows = (*EXISTING, f"单雪,T900,榕荫小学,语文组,教师,男,语文,{ID_NUMBER},{PHONE}")
    first = checked(cast, *rows)
    import_roster(by(cast.clerk), import_id=first.pk, same_as=NOBODY, seed="seed")

    again = checked(cast, *rows)

    assert {name: count for name, count in again.counts.items() if count} == {"unchanged": 4}


def test_leavers_leave_only_where_whoever_imports_says_so(cast: Cast) -> None:
    row = checked(cast, *EXISTING[:1])
    assert [one[1] for one in row.preview["leaving"]] == ["陈敏", "陈国安"]

    import_roster(
        by(cast.clerk),
        import_id=row.pk,
        same_as=NOBODY,
        leavers=[cast.colleague.pk, cast.lead.pk, cast.outsider.pk],
        seed="seed",
    )

    assert jobs("陈敏") == [("数学组", "member", "2020-09-01", "2026-11-27")]
    states = {row.name: row.state for row in Person.objects.unscoped("a test looks")}
    assert [states[name] for name in ("陈敏", "陈国安", "何敏仪", "许岚")] == [
        "left",
        "active",
        "active",
        "active",
    ]


def test_district_imports_for_its_schools_and_touches_no_school_beside_the_file(
    cast: Cast,
) -> None:
    row = checked(cast, "单雪,T900,珠岸中学,,教师,女,语文,,", who=cast.officer, unit=cast.district)

    assert (row.counts["new"], row.counts["leaving"]) == (1, 0)
    import_roster(by(cast.officer), import_id=row.pk, same_as=NOBODY, seed="seed")
    assert jobs("单雪") == [("珠岸中学", "member", "2026-11-27", "")]


def test_w57_unit_out_of_reach_is_like_one_that_does_not_exist(cast: Cast) -> None:
    row = checked(cast, "单雪,T900,海屿二小,,教师,,,,", "单冰,T901,没有的学校,,教师,,,,")

    assert [(one["place"], one["id"], one["reason"]) for one in row.problems] == [
        ("C2", "W57", "没有找到单位“海屿二小”（榕荫小学范围内）。"),
        ("C3", "W57", "没有找到单位“没有的学校”（榕荫小学范围内）。"),
    ]


def test_everything_wrong_with_a_row_is_told_at_once(cast: Cast) -> None:
    row = checked(cast, ",T900,没有的学校,,教师,,,,12345")

    assert [one["place"] for one in row.problems] == ["A2", "C2", "I2"]


def test_numbers_of_people_elsewhere_are_refused_without_saying_whose(cast: Cast) -> None:
    PersonalData(person=cast.outsider, id_number=ID_NUMBER).save()

    row = checked(
        cast,
        "许岚,T-xulan,榕荫小学,,教师,,,,",
        f"单雪,T900,榕荫小学,,教师,,,{ID_NUMBER},",
        "单冰,xulan,榕荫小学,,教师,,,,",
    )

    assert [(one["place"], one["reason"]) for one in row.problems] == [
        ("B2", "这个师训编号已经登记过了，不能重复。"),
        ("H3", "这个身份证号已经登记过了，不能重复。"),
        ("B4", "这个师训编号已经登记过了，不能重复。"),
    ]
    assert "海屿二小" not in str(row.problems)


def test_clerk_does_not_make_a_lead_by_roster(cast: Cast) -> None:
    row = checked(cast, "单雪,T900,榕荫小学,,校长,,,,", "单冰,T901,榕荫小学,数学组,教研组长,,,,")

    assert [(one["place"], one["reason"]) for one in row.problems] == [
        ("E2", "您不能在“榕荫小学”任免校长。")
    ]


def test_w52_namesake_is_settled_before_anything_is_imported(cast: Cast) -> None:
    row = checked(cast, *EXISTING, "陈敏,T900,榕荫小学,,教师,,,,")
    [doubt] = row.problems
    assert doubt["reason"] == "“榕荫小学”已经有一位陈敏（数学组），编号不同。"
    assert row.preview["twins"] == [[5, "陈敏", cast.colleague.pk, "数学组"]]

    with pytest.raises(Refused) as refused:
        import_roster(by(cast.clerk), import_id=row.pk, same_as=NOBODY, seed="seed")
    assert str(refused.value) == "没有导入，名单没有任何改动：还有 1 处同名没有选。"
    import_roster(by(cast.clerk), import_id=row.pk, same_as={"5": 0}, seed="seed")

    numbers = Person.objects.unscoped("a test looks").filter(name="陈敏")
    assert sorted(one.staff_number for one in numbers) == ["T-chenmin", "T900"]


def test_namesake_may_be_the_same_person_under_a_new_number(cast: Cast) -> None:
    row = checked(cast, EXISTING[0], EXISTING[2], "陈敏,T900,榕荫小学,数学组,教师,,,,")

    import_roster(by(cast.clerk), import_id=row.pk, same_as={"4": cast.colleague.pk}, seed="seed")

    [one] = Person.objects.unscoped("a test looks").filter(name="陈敏")
    assert (one.pk, one.staff_number) == (cast.colleague.pk, "T900")


def test_namesake_cannot_be_said_to_be_somebody_who_was_not_offered(cast: Cast) -> None:
    row = checked(cast, *EXISTING, "陈敏,T900,榕荫小学,,教师,,,,")

    import_roster(by(cast.clerk), import_id=row.pk, same_as={"5": cast.lead.pk}, seed="seed")

    kept = Person.objects.unscoped("a test looks").get(pk=cast.lead.pk)
    assert (kept.name, kept.staff_number) == ("何敏仪", "T-heminyi")


def test_faulty_row_keeps_the_whole_file_out(cast: Cast) -> None:
    row = checked(cast, "单雪,T900,榕荫小学,,教师,,,,", "单冰,T901,榕荫小学,,教师,,,,12345")

    with pytest.raises(Refused) as refused:
        import_roster(by(cast.clerk), import_id=row.pk, same_as=NOBODY, seed="seed")

    assert str(refused.value) == "没有导入，名单没有任何改动：还有 1 处问题没有改好。"
    assert "单雪" not in people()


def test_w59_import_after_somebody_elses_change_is_refused_and_checked_again(cast: Cast) -> None:
    row = checked(cast, "林晓棠,T-linxiaotang,榕荫小学,数学组,教师,,数学,,")
    correct_person(
        by(cast.lead),
        person_id=cast.teacher.pk,
        name="林晓棠",
        staff_number="T-linxiaotang",
        gender="",
        subject="语文",
        title="",
    )

    with pytest.raises(Refused) as refused:
        import_roster(by(cast.clerk), import_id=row.pk, same_as=NOBODY, seed="seed")
    assert str(refused.value) == "没有导入，名单没有任何改动：检查之后有人改过这里的人员或单位。"
    check_again(by(cast.clerk), import_id=row.pk)

    assert found(row.pk).preview["changed"] == [[2, "林晓棠", [["学科", "语文", "数学"]]]]
    import_roster(by(cast.clerk), import_id=row.pk, same_as=NOBODY, seed="seed")
    assert Person.objects.unscoped("a test looks").get(pk=cast.teacher.pk).subject == "数学"


def test_second_import_of_two_that_were_checked_is_refused(cast: Cast) -> None:
    first = checked(cast, "单雪,T900,榕荫小学,,教师,,,,")
    second = checked(cast, "单冰,T901,榕荫小学,,教师,,,,", who=cast.lead)
    import_roster(by(cast.clerk), import_id=first.pk, same_as=NOBODY, seed="seed")

    with pytest.raises(Refused) as refused:
        import_roster(by(cast.lead), import_id=second.pk, same_as=NOBODY, seed="seed")

    assert refused.value.message_id == "W59"
    assert "单冰" not in people()


def test_double_submit_imports_once(cast: Cast) -> None:
    row = checked(cast, "单雪,T900,榕荫小学,,教师,,,,")
    ask: dict[str, Any] = {"import_id": row.pk, "same_as": NOBODY, "seed": "seed"}

    first = import_roster(by(cast.clerk, key="k"), **ask)
    second = import_roster(by(cast.clerk, key="k"), **ask)

    assert first == second
    assert Person.objects.unscoped("a test looks").filter(name="单雪").count() == 1
    with pytest.raises(Refused) as refused:
        import_roster(by(cast.clerk), **ask)
    assert str(refused.value) == "没有导入，名单没有任何改动：这份名单已导入。"


def test_import_is_for_who_uploaded_it(cast: Cast) -> None:
    row = checked(cast, "单雪,T900,榕荫小学,,教师,,,,")

    for who in (cast.lead, cast.officer, cast.far_lead, cast.teacher):
        with pytest.raises(NotYours):
            import_roster(by(who), import_id=row.pk, same_as=NOBODY, seed="seed")
        with pytest.raises(NotYours):
            drop_roster(by(who), import_id=row.pk)
    with pytest.raises(NotYours):
        check_roster(by(cast.clerk), unit_id=cast.far_school.pk, upload=upload())
    assert "单雪" not in people()


def test_dropped_import_keeps_its_file_and_nothing_of_its_rows(cast: Cast) -> None:
    row = checked(cast, "单雪,T900,榕荫小学,,教师,,,,12345")

    drop_roster(by(cast.clerk), import_id=row.pk)

    dropped = found(row.pk)
    assert (dropped.state, dropped.preview, dropped.problems) == ("dropped", {}, [])
    assert bytes_of(dropped) == upload("单雪,T900,榕荫小学,,教师,,,,12345").raw
    assert FileUse.objects.unscoped("a test looks").get().unit_id == cast.school.pk


def test_unreadable_file_leaves_nothing(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        check_roster(
            by(cast.clerk), unit_id=cast.school.pk, upload=Upload("名单.xlsx", b"PK\x03\x04x")
        )

    assert refused.value.message_id == "F22"
    assert not RosterImport.objects.unscoped("a test looks").exists()
    assert not AuditRow.objects.exists()
