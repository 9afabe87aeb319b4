"""The commands that check the log and give its digests out."""

from __future__ import annotations

import re
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from kaocheng.actions.seal import seal
from kaocheng.records.models import AuditAnchor, AuditRow
from tests.cast import NOW
from tests.log_rows import log_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture(autouse=True)
def heads(tmp_path: Path, settings: Settings) -> Path:
    settings.AUDIT_HEADS = tmp_path / "audit"
    return tmp_path / "audit"


def told(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def wrong(*arguments: str) -> list[str]:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", *arguments, stdout=out)
    assert ended.value.code == 1
    return [line for line in out.getvalue().splitlines() if line.startswith("✗")]


def as_owner(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("set local session_replication_role = origin")


def test_sound_log_is_said_to_be_sound_with_speed_and_last_digest() -> None:
    log_rows(5)
    seal(NOW)

    lines = told("verify_audit").splitlines()
    assert re.fullmatch(
        r"核对了 5 条记录、1 次封存，用时 \d+\.\d\d 秒，每秒 \d+ 条；0 条等待封存。", lines[0]
    )
    assert lines[1] == "对外给出过的校验码证实到第 1 号封存为止。"
    assert re.fullmatch("没有发现改动。最后一次封存：第 1 号，[0-9a-f]{64}", lines[2])


def test_empty_log_is_said_to_be_empty() -> None:
    assert "日志是空的。" in told("verify_audit")


def test_changed_and_deleted_rows_are_named_and_the_command_fails() -> None:
    rows = log_rows(4)
    seal(NOW)
    as_owner(f"update records_auditrow set role = 'x' where id = {rows[1].pk}")
    as_owner(f"delete from records_auditrow where id = {rows[2].pk}")

    assert wrong() == [
        f"✗ 第 {rows[1].pk} 条记录被改过（第 1 号封存）。",
        f"✗ 第 {rows[2].pk} 条记录不见了（第 1 号封存）。",
    ]


def test_end_that_was_cut_off_after_the_last_anchor_shows_by_the_head_outside() -> None:
    log_rows(2)
    seal(NOW)
    told("anchor_audit", "教育局档案室")
    log_rows(2)
    seal(NOW)
    log_rows(1)
    seal(NOW)
    as_owner(
        "delete from records_auditrow where id in ("
        "select (listed->>0)::bigint from records_auditseal,"
        " lateral jsonb_array_elements(rows) listed where number = 3)"
    )
    as_owner("delete from records_auditseal where number = 3")

    assert wrong() == [
        "✗ 第 3 号封存不见了，日志末尾被截掉：数据库以外 2026-11-27 的校验码里有第 3 号的校验码。"
    ]


def test_digest_that_was_printed_is_checked_when_it_is_typed_in(
    heads: Path, tmp_path: Path
) -> None:
    log_rows(2)
    printed = told("anchor_audit", "教育局档案室").strip()
    number, _, digest = printed.partition(":")
    (tmp_path / "表.csv").write_text(f"封存号,校验码,去处\n{number},{digest},档案室\n", "utf-8")
    for path in heads.iterdir():
        path.unlink()

    assert "证实到第 1 号" in told("verify_audit", "--anchor", printed)
    assert "证实到第 1 号" in told("verify_audit", "--anchors", str(tmp_path / "表.csv"))
    assert wrong("--anchor", f"1:{'0' * 64}") == [
        "✗ 第 1 号封存的校验码与您给出的校验码里的不同：第 0 号以后、到这一号为止的内容被重写过。"
    ]
    with pytest.raises(CommandError, match="校验码要写成"):
        told("verify_audit", "--anchor", "1:abc")


def test_digest_that_is_given_out_is_noted_in_the_log_itself(now: datetime) -> None:
    log_rows(1)

    printed = told("anchor_audit", "教育局档案室").strip()

    anchor = AuditAnchor.objects.get()
    row = AuditRow.objects.get(action="audit.anchor_by_command")
    assert printed == f"1:{anchor.digest}"
    assert (anchor.where, anchor.anchored_at) == ("教育局档案室", now)
    assert row.changes == {"seal": 1, "where": "教育局档案室"}
    assert told("seal_audit") == "封存了 1 条。\n"


def test_nothing_to_give_out_is_said() -> None:
    with pytest.raises(CommandError, match="日志是空的"):
        told("anchor_audit", "档案室")
