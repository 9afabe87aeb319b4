"""Tables that leave the platform."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from python_calamine import load_workbook

from kaocheng.documents.tables import Sheet, csv, xlsx

FORMULAS = (
    "=HYPERLINK(\"http://x.example\",\"看\")", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)",
    "＝1+1", "＋1甲", "－1甲", "＠甲", "\t=1+1", "\r=1+1", "\n=1+1", "　=1+1",
)  # fmt: skip


def one_column(*cells: str) -> Sheet:
    return Sheet("表", ("值",), tuple((cell,) for cell in cells))


def sheets_of(raw: bytes) -> dict[str, object]:
    book = load_workbook(io.BytesIO(raw))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def parts_of(raw: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_workbook_holds_each_sheet_with_its_values_as_they_are() -> None:
    rows = (
        ("榕荫小学", 60, Decimal("57.5"), date(2026, 11, 27), True),
        (
            "440106199001011234",
            None,
            Fraction(1, 4),
            datetime(2026, 11, 27, 2, 5, tzinfo=UTC),
            None,
        ),
    )
    raw = xlsx(
        "教师情况",
        (Sheet("汇总", ("单位", "人数", "率", "日期", "是否"), rows), Sheet("问题", ("说明",), ())),
    )

    assert sheets_of(raw) == {
        "汇总": [
            ["单位", "人数", "率", "日期", "是否"],
            ["榕荫小学", 60.0, 57.5, date(2026, 11, 27), "是"],
            ["440106199001011234", "", 0.25, "2026-11-27 10:05", ""],
        ],
        "问题": [["说明"]],
    }


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_looks_like_a_formula_stays_text_in_a_workbook(text: str) -> None:
    raw = xlsx("表", (one_column(text),))

    assert sheets_of(raw) == {"表": [["值"], [text.strip("\t\r\n　")]]}
    assert not any(re.search(r"<f[ >]|<hyperlink", part) for part in parts_of(raw).values())


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_looks_like_a_formula_is_marked_in_csv(text: str) -> None:
    field = csv(one_column(text)).decode("utf-8-sig").splitlines()[1]

    assert field.lstrip('"').startswith("'")


def test_csv_keeps_numbers_as_numbers() -> None:
    sheet = Sheet("表", ("差", "率"), ((-2, Decimal("-0.50")), (0, None)))

    assert csv(sheet) == b"\xef\xbb\xbf" + "差,率\n-2,-0.5\n0,\n".encode()


def test_workbook_says_nothing_of_who_made_it() -> None:
    properties = parts_of(xlsx("教师情况", (one_column("甲"),)))["docProps/core.xml"]

    assert re.findall(r"<(?:dc:creator|cp:lastModifiedBy)>([^<]*)<", properties) in ([], ["", ""])
    assert "教师情况" in properties


def test_sheets_of_one_name_are_told_apart() -> None:
    long = "云山区" * 12
    raw = xlsx(
        "表", [Sheet(name, ("值",), ()) for name in ("问题", "问题", long, long, "a/b", "A:B")]
    )

    assert list(sheets_of(raw)) == [
        "问题", "问题_2", long[:31], f"{long[:29]}_2", "a_b", "A_B_2",
    ]  # fmt: skip


def test_what_no_program_can_save_is_replaced() -> None:
    raw = xlsx("表\x01", (one_column("甲\x00乙\ud800丙\x0b"),))

    assert sheets_of(raw) == {"表": [["值"], ["甲\ufffd乙\ufffd丙\ufffd"]]}
