"""操作日志 on screen: the audit administrator sees all of it, others what is theirs."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from python_calamine import CalamineWorkbook

from kaocheng.actions.entry import correct
from kaocheng.actions.seal import seal
from kaocheng.records.models import Account, AuditAnchor, AuditRow, Person
from tests.actions.test_entry import leave
from tests.cast import NOW, Cast, by
from tests.registering import town

# What the frame of every page asks: session, account with what it holds, badges.
FRAME = 3
# Rows, people, units; last seal, anchors.
QUERIES = FRAME + 5
# The object; rows, people, units.
HISTORY_QUERIES = FRAME + 4


@pytest.fixture(autouse=True)
def heads(tmp_path: Path, settings: Settings) -> None:
    settings.AUDIT_HEADS = tmp_path


def client(who: Person) -> Client:
    signed_in = Client()
    signed_in.force_login(Account.objects.get(person=who))
    return signed_in


def log(who: Person, action: str, kind: str, object_id: int, **more: object) -> AuditRow:
    values: dict[str, object] = {"at": NOW, "changes": {}, "person_id": who.pk, **more}
    row = AuditRow(action=action, object_kind=kind, object_id=str(object_id), **values)
    row.save()
    return row


def text(page: object) -> str:
    return page.content.decode()  # type: ignore[attr-defined,no-any-return]


def test_log_says_who_did_what_when_in_words(cast: Cast) -> None:
    log(
        cast.lead,
        "unit.rename",
        "unit",
        cast.school.pk,
        unit_path=cast.school.path,
        helper_id=cast.clerk.pk,
        changes={"fields": ["name"], "reason": "改名"},
    )

    page = text(client(cast.audit_admin).get("/audit"))

    for words in (
        "何敏仪",
        "（由 沈一鸣 代办）",
        "榕荫小学",
        "更改了单位名称",
        f"单位 {cast.school.pk}",
        "名称",
        "改名",
        "11月27日 10:00",
    ):
        assert words in page


def test_action_without_words_is_shown_by_its_name(cast: Cast) -> None:
    log(cast.lead, "comet.catch", "unit", cast.school.pk)

    assert "comet.catch" in text(client(cast.audit_admin).get("/audit"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"unit.rename", "unit.move", "task.remind", "person.add"}),
        ("person=何敏仪", {"unit.rename", "task.remind"}),
        ("person=T-heminyi", {"unit.rename", "task.remind"}),
        ("unit=榕荫小学", {"unit.rename", "task.remind"}),
        ("unit=榕镇", {"unit.rename", "task.remind", "unit.move"}),
        ("action=unit.move", {"unit.move"}),
        ("from_day=2026-11-27", {"unit.rename", "unit.move", "person.add"}),
        ("to_day=2026-11-26", {"task.remind"}),
        ("person=无此人", set()),
    ],
)
def test_log_is_filtered_by_person_unit_action_and_day(
    cast: Cast, query: str, expected: set[str]
) -> None:
    log(cast.lead, "unit.rename", "unit", 1, unit_path=cast.school.path)
    log(
        cast.lead,
        "task.remind",
        "task",
        1,
        unit_path=cast.group.path,
        at=NOW - timedelta(hours=11),
    )
    log(cast.officer, "unit.move", "unit", 1, unit_path=cast.town.path)
    log(cast.far_lead, "person.add", "person", 1, unit_path=cast.far_school.path)

    found = client(cast.audit_admin).get(f"/audit?{query}").context["part"].lines

    words = {
        "unit.rename": "更改了单位名称",
        "unit.move": "调整了单位的上级",
        "task.remind": "催办了任务",
        "person.add": "新增了人员",
    }
    assert {line.what for line in found} == {words[action] for action in expected}


def test_log_is_paged_by_key_with_fixed_queries(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reader = client(cast.audit_admin)
    reader.get("/audit")
    log(cast.lead, "unit.rename", "unit", 1, unit_path=cast.school.path)
    with django_assert_num_queries(QUERIES):
        reader.get("/audit")
    for number in range(2, 60):
        log(cast.lead, "unit.rename", "unit", number, unit_path=cast.school.path)
    with django_assert_num_queries(QUERIES):
        first = reader.get("/audit").context["part"]

    second = reader.get(f"/audit?before={first.older}").context["part"]
    assert [int(line.object_id) for line in (*first.lines, *second.lines)] == list(range(59, 0, -1))
    assert second.older is None


def test_export_holds_the_chosen_lines_and_is_noted_in_the_log(cast: Cast) -> None:
    log(cast.lead, "unit.rename", "unit", 7, unit_path=cast.school.path)
    log(cast.officer, "unit.move", "unit", 8)
    seal(NOW)

    answer = client(cast.audit_admin).post("/audit/export", {"person": "何敏仪"})

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    rows = sheet.to_python()
    assert [row[2:9] for row in rows[1:]] == [
        ["何敏仪", "", "榕荫小学", "更改了单位名称", "单位", "7", ""]
    ]
    noted = AuditRow.objects.get(action="audit.export")
    assert noted.changes == {"chosen": ["person"], "rows": 1}
    assert noted.person_id == cast.audit_admin.pk


def test_digest_is_given_out_and_listed(cast: Cast) -> None:
    log(cast.lead, "unit.rename", "unit", 7)
    seal(NOW)
    reader = client(cast.audit_admin)

    refused = reader.post("/audit/anchor", {"where": ""})
    done = reader.post("/audit/anchor", {"where": "教育局档案室"})

    anchor = AuditAnchor.objects.get()
    assert (refused.status_code, done.status_code) == (422, 302)
    assert anchor.where == "教育局档案室"
    assert "教育局档案室" in text(reader.get("/audit"))
    assert reader.get("/audit/anchors").content.decode("utf-8-sig").splitlines() == [
        "封存号,校验码,去处,给出时间",
        f"1,{anchor.digest},教育局档案室,2026-11-27 10:00",
    ]


def test_history_of_an_object_is_seen_by_whoever_has_it(cast: Cast) -> None:
    log(cast.clerk, "unit.rename", "unit", cast.school.pk, changes={"fields": ["name"]})
    address = f"/audit/unit/{cast.school.pk}"

    for reader in (cast.lead, cast.officer, cast.city_officer, cast.audit_admin):
        page = client(reader).get(address)
        assert (page.status_code, "更改了单位名称" in text(page)) == (200, True)
    for reader in (cast.teacher, cast.other_lead, cast.far_lead, cast.reviewer, cast.clerk):
        page = client(reader).get(address)
        assert (page.status_code, "更改了单位名称" in text(page)) == (404, False)


def test_person_sees_the_history_of_their_own_data_alone(cast: Cast) -> None:
    log(cast.clerk, "person.correct", "person", cast.teacher.pk, changes={"fields": ["title"]})

    assert "职称" in text(client(cast.teacher).get(f"/audit/person/{cast.teacher.pk}"))
    assert client(cast.colleague).get(f"/audit/person/{cast.teacher.pk}").status_code == 404


def test_history_of_an_entry_says_in_words_how_it_stood(cast: Cast) -> None:
    found = town(cast)
    old = leave(found, cast.lead)
    correct(by(cast.lead), entry_id=old.pk, version=1, values={"amount": "2"}, why="看错")

    page = text(client(cast.audit_admin).get(f"/audit/entry/{old.pk}"))
    log_of = text(client(cast.audit_admin).get("/audit"))

    assert "台账条目" in page
    assert "更正了台账条目" in page
    assert "审签到第几级、是否计入、状态" in page
    assert "是否计入：已更正" in page
    assert "台账：考勤登记；是否计入：计入" in page
    assert f"台账条目 {old.pk}" in log_of
    assert "standing" not in page
    assert "replaced" not in page


def test_what_an_action_noted_besides_is_for_the_audit_administrator(cast: Cast) -> None:
    log(cast.clerk, "unit.rename", "unit", cast.school.pk, changes={"note": "只给审计看"})
    address = f"/audit/unit/{cast.school.pk}"

    assert "只给审计看" in text(client(cast.audit_admin).get(address))
    assert "只给审计看" not in text(client(cast.lead).get(address))


@pytest.mark.parametrize("address", ["/audit/unit/0", "/audit/unit/x", "/audit/comet/1"])
def test_history_of_nothing_is_not_there(cast: Cast, address: str) -> None:
    for reader in (cast.lead, cast.audit_admin):
        assert client(reader).get(address).status_code == 404


def test_log_is_refused_to_everybody_else(cast: Cast) -> None:
    log(cast.lead, "unit.rename", "unit", 7)

    for reader in (cast.lead, cast.city_officer, cast.system_admin, cast.security_admin):
        page = client(reader).get("/audit")
        assert (page.status_code, "更改了单位名称" in text(page)) == (403, False)


def test_history_has_fixed_queries(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reader = client(cast.lead)
    address = f"/audit/unit/{cast.school.pk}"
    reader.get(address)
    counts = []
    for times in (1, 2):
        for _ in range(times):
            log(cast.clerk, "unit.rename", "unit", cast.school.pk, unit_path=cast.school.path)
        with django_assert_num_queries(HISTORY_QUERIES):
            counts.append(len(reader.get(address).context["part"].lines))

    assert counts == [1, 3]
