from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import T1, Kaocheng

FACTS = T1 / "example"
SCHEMES = Path(__file__).parents[2] / "schemes"
SUBJECTS = ("T01", "T02", "T03", "T04", "T05", "T06")
Json = dict[str, Any]


def walk(items: list[Json]) -> Iterator[Json]:
    for item in items:
        yield item
        yield from walk(item.get("parts", []))


def tree(kaocheng: Kaocheng, subject: str) -> Json:
    ran = kaocheng("explain", T1, "--facts", FACTS, "--subject", subject, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    found: Json = json.loads(ran.out)
    return found


def test_text_goes_from_the_total_to_clause_and_register_row(kaocheng: Kaocheng) -> None:
    ran = kaocheng("explain", T1, "--facts", FACTS, "--subject", "T01", "--result", "attendance")

    assert ran.code == 0
    assert ran.out.splitlines()[:12] == [
        "林秀芬（T01）",
        "试验小学教师考核方案 · 试验小学教师考核方案（试行）",
        "",
        "【学期考勤 · 2023—2024 学年春季学期】",
        "考勤  9.80 / 10 分",
        "  怎么算：10.00 − 0.20 ＝ 9.80",
        "  条款 T1-02：“考勤满分10分”",
        "  满分  10.00",
        "  病假  −0.20",
        "    怎么算：3，免 2，计 1，1 × 0.2",
        "    条款 T1-03：“病假2天以内不扣分，超过的每天扣0.2分”",
        "    记录：请假登记第 2 行：日期 2024-03-14，类别 病假，天数 3，事由 ＊＊＊",
    ]


def test_department_that_shares_seats_stands_there_by_its_name(kaocheng: Kaocheng) -> None:
    pack = SCHEMES / "s0.4-appraisal"

    ran = kaocheng("explain", pack, "--facts", pack / "example", "--subject", "XX01")

    assert "怎么算：信息部：10 人，名额 A 10 × 30% = 3、" in ran.out
    assert "XX：" not in ran.out


def test_text_says_why_there_is_no_value(kaocheng: Kaocheng) -> None:
    missing = kaocheng("explain", T1, "--facts", FACTS, "--subject", "T05", "--result", "yearly")
    exempt = kaocheng("explain", T1, "--facts", FACTS, "--subject", "T04", "--result", "yearly")

    assert "    原因：“应完成学时”没有填（暂计 0.00–30.00）" in missing.out
    assert "还可以做的：\n  距“优秀”还差 26.00 分" in missing.out
    assert "免于考核：即将退休" in exempt.out
    assert "总分  不适用 / 100" in exempt.out


@pytest.mark.parametrize("subject", SUBJECTS)
def test_parts_of_the_json_tree_sum_exactly_to_their_whole(
    kaocheng: Kaocheng, subject: str
) -> None:
    sums = [
        (Fraction(item["value"]), sum(Fraction(part["counted"]) for part in counted))
        for result in tree(kaocheng, subject)["results"]
        for item in walk(result["items"])
        if item.get("adds_up")
        and item["state"] == "scored"
        and (counted := [part for part in item.get("parts", []) if part.get("counted")])
    ]

    assert sums
    assert all(value == total for value, total in sums)


def test_json_has_states_rows_and_clauses(kaocheng: Kaocheng) -> None:
    found = tree(kaocheng, "T05")

    (yearly,) = [result for result in found["results"] if result["id"] == "yearly"]
    items = {item["id"]: item for item in walk(yearly["items"]) if item["id"]}
    assert (found["subject"], found["name"]) == ("T05", "欧阳文")
    assert items["total"]["state"] == "missing"
    assert (items["total"]["low"], items["total"]["high"]) == ("64", "94")
    assert items["hours_rate"]["rows"] == [
        {
            "table": "study",
            "line": 5,
            "values": {"day": "2024-03-01", "course": "信息化教学", "hours": "72"},
        }
    ]
    assert items["level"]["clauses"][0] == {"rule": "T1-11", "text": "90分以上为优秀"}
    assert items["level"]["uses"] == [{"result": "yearly", "item": "total"}]


def test_personal_fields_leave_in_no_format(kaocheng: Kaocheng) -> None:
    for kind in ("text", "json", "html"):
        ran = kaocheng("explain", T1, "--facts", FACTS, "--subject", "T01", "--format", kind)
        assert "住院" not in ran.out
        assert "＊＊＊" in ran.out


def test_html_is_one_page_of_its_own(kaocheng: Kaocheng, tmp_path: Path) -> None:
    out = tmp_path / "page.html"

    ran = kaocheng(
        *("explain", T1, "--facts", FACTS, "--subject", "T01", "--format", "html"), "--out", out
    )

    page = out.read_text(encoding="utf-8")
    assert (ran.code, ran.out, ran.err) == (0, "", f"已写入 {out}\n")
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert "<link" not in page
    assert "<script" not in page


def test_unknown_subject_gets_a_hint(kaocheng: Kaocheng) -> None:
    near = kaocheng("explain", T1, "--facts", FACTS, "--subject", "T0l")
    named = kaocheng("explain", T1, "--facts", FACTS, "--subject", "陈敏")

    assert near.code == 2
    assert "C05 没有编号为“T0l”的考核对象。是不是“T0" in near.err
    assert "“陈敏”的编号是 T02。" in named.err


def test_subject_outside_a_result_is_told_so(kaocheng: Kaocheng) -> None:
    ran = kaocheng("explain", T1, "--facts", FACTS, "--subject", "T04", "--result", "money")

    assert (ran.code, "C15 “T04”不参加“绩效工资”。" in ran.err) == (2, True)


def test_unwritable_out_is_refused_and_nothing_is_left(kaocheng: Kaocheng, tmp_path: Path) -> None:
    arguments = ("explain", T1, "--facts", FACTS, "--subject", "T01", "--out")

    assert "F36" in kaocheng(*arguments, tmp_path / "nothing" / "page.txt").err
    assert "F35" in kaocheng(*arguments, tmp_path).err
    assert list(tmp_path.iterdir()) == []


def test_broken_pack_is_told_before_facts_are_read(kaocheng: Kaocheng, pack: Path) -> None:
    (pack / "scheme.yaml").write_text("a: [", encoding="utf-8")

    ran = kaocheng("explain", pack, "--facts", "nothing", "--subject", "T01")

    assert ran.code == 1
    assert "F01" not in ran.err


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("kind", ["text", "json", "html"])
def test_large_facts_are_explained_by_columns_in_the_same_words(
    kaocheng: Kaocheng, monkeypatch: pytest.MonkeyPatch, subject: str, kind: str
) -> None:
    asked = ("explain", T1, "--facts", FACTS, "--subject", subject, "--format", kind)
    by_rows = kaocheng(*asked)
    monkeypatch.setattr("kaocheng.cli.computing.MANY_ROWS", 0)
    monkeypatch.setattr("kaocheng.engine.verbs.run", None)

    by_columns = kaocheng(*asked)

    assert by_rows.code == 0
    assert by_columns == by_rows


def test_unknown_subject_of_large_facts_is_refused_with_a_hint(
    kaocheng: Kaocheng, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("explain", T1, "--facts", FACTS, "--subject", "T99")
    by_rows = kaocheng(*asked)
    monkeypatch.setattr("kaocheng.cli.computing.MANY_ROWS", 0)

    by_columns = kaocheng(*asked)

    assert by_rows.code != 0
    assert by_columns == by_rows
