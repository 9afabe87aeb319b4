from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import T1, Kaocheng

# A year whose days off are published: nothing is provisional.
START = ("--start", "2024-03-01", "--until", "2024-04-30")


def test_calendar_says_when_who_and_what(kaocheng: Kaocheng) -> None:
    ran = kaocheng("calendar", T1, *START)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "试验小学教师考核方案",
        "2024年3月1日（周五）至3月8日（周五）  全体教师",
        "    自评",
        "    条款 T1-15",
        "2024年4月5日（周五）  年级组长",
        "    月报：报送考勤, 汇总表",
        "    当天休息；否则通报批评",
        "2024年5月5日（周日）  年级组长",
        "    月报：报送考勤, 汇总表",
        "    当天休息；否则通报批评",
        "公示不少于 5 个工作日  学校",
        "    结果公示：公示不少于 5 个工作日",
    ]


def test_event_dates_what_waits_for_it_by_id_or_title(kaocheng: Kaocheng) -> None:
    by_id = kaocheng("calendar", T1, *START, "--event", "posted=2024-03-11")
    by_title = kaocheng("calendar", T1, *START, "--event", "张贴公示=2024-03-11")

    assert "2024年3月11日（周一）至3月15日（周五）  学校" in by_id.out
    assert by_title == by_id


def test_calendar_as_table_has_days_as_dates(kaocheng: Kaocheng, tmp_path: Path) -> None:
    out = tmp_path / "calendar.csv"

    shown = kaocheng("calendar", T1, *START, "--format", "csv")
    kaocheng("calendar", T1, *START, "--format", "csv", "--out", out)

    lines = shown.out.splitlines()
    assert lines[0] == "id,kind,title,who,what,from,to,rule,clauses,marks,state,otherwise"
    assert lines[1].startswith("self_assessment,phase,自评,全体教师,,2024-03-01,2024-03-08,")
    assert out.read_text(encoding="utf-8") == "\ufeff" + shown.out


def test_calendar_for_phones_folds_lines_and_escapes_marks(
    kaocheng: Kaocheng, tmp_path: Path
) -> None:
    out = tmp_path / "calendar.ics"

    kaocheng("calendar", T1, *START, "--format", "ics", "--out", out)

    raw = out.read_bytes()
    assert raw.count(b"BEGIN:VEVENT") == 3
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    text = raw.decode().replace("\r\n ", "")
    assert "DTSTART;VALUE=DATE:20240301\r\nDTEND;VALUE=DATE:20240309" in text
    assert "DESCRIPTION:年级组长\\n报送考勤\\, 汇总表\\n当天休息；否则通报批评\\n" in text


def test_calendar_reads_parameters_and_periods_from_facts(kaocheng: Kaocheng) -> None:
    ran = kaocheng("calendar", T1, *START, "--facts", T1 / "example")

    assert (ran.code, ran.err) == (0, "")


def test_calendar_needs_a_start(kaocheng: Kaocheng) -> None:
    ran = kaocheng("calendar", T1)

    assert (ran.code, ran.out) == (2, "")
    assert "P26 不知道从哪天开始。" in ran.err


def test_days_that_are_none_and_unknown_events_are_wrong_use(kaocheng: Kaocheng) -> None:
    for arguments, id in (
        (("--start", "2024-02-30"), "C16"),
        (("--start", "2024-03-01 09:00"), "C16"),
        ((*START, "--event", "posted"), "C16"),
        ((*START, "--event", "psted=2024-03-11"), "P22"),
        (("--start", "2024-03-01", "--until", "2024-02-01"), "P25"),
    ):
        ran = kaocheng("calendar", T1, *arguments)
        assert (ran.code, id in ran.err) == (2, True), arguments


def test_calendar_of_a_pack_without_process_is_empty(kaocheng: Kaocheng, pack: Path) -> None:
    (pack / "process.yaml").unlink()

    ran = kaocheng("calendar", pack, "--start", "2024-03-01")

    assert (ran.code, ran.out) == (0, "试验小学教师考核方案\n")
