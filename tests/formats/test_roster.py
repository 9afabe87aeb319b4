"""Rosters are read from whatever file they were listed in, or refused with the reason."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from kaocheng.engine.problems import Refused
from kaocheng.formats.roster import Roster, read_roster
from kaocheng.formats.roster_books import PROBLEM, empty_roster, marked_roster
from kaocheng.formats.roster_entries import Entries, read_entries
from kaocheng.formats.roster_grids import LIMITS
from tests.formats.books import compound_file, write_raw_xlsx, write_xlsx_book
from tests.methods.test_identity import MADE_UP, with_check_digit

HEADING = ["姓名", "师训编号", "学校", "教研组", "性别"]
ROW = ["陈敏", "T001", "榕荫小学", "数学组", "女"]
ID_NUMBER = with_check_digit(MADE_UP[:17])


def csv_of(*rows: list[str]) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode()


def people_in(roster: Roster) -> list[tuple[int, str, str, str, str]]:
    return [
        (entry.line, entry.text("name"), entry.text("staff_number"), entry.unit, entry.group)
        for entry in read_entries(roster).people
    ]


def entries_of(*rows: list[str], heading: list[str] = HEADING) -> Entries:
    return read_entries(read_roster(csv_of(heading, *rows), file="名单.csv"))


def told(entries: Entries) -> list[tuple[str, str, str]]:
    return [(fault.place, fault.id, fault.reason()) for fault in entries.faults]


def refused(raw: bytes, file: str) -> tuple[str, str]:
    with pytest.raises(Refused) as problem:
        read_roster(raw, file=file)
    [one] = problem.value.problems
    assert one.remedy()
    return one.id, one.reason()


def packed(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"], ids=lambda name: name
)
def test_csv_is_read_in_every_encoding_that_excel_writes(encoding: str) -> None:
    raw = csv_of(HEADING, ROW, ["仇㐂𠮷" if encoding != "gb18030" else "仇㐂", "T002", "", "", ""])

    roster = read_roster(raw.decode().encode(encoding), file="名单.csv")

    assert people_in(roster)[0] == (2, "陈敏", "T001", "榕荫小学", "数学组")
    assert people_in(roster)[1][1].startswith("仇㐂")


def test_workbook_with_a_title_above_and_merged_schools_is_read(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "名单.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("教师")
    sheet.merge_range(0, 0, 0, 3, "云山区2026年教师花名册")
    sheet.write_row(2, 0, ["学校", "姓 名*", "师训编号（必填）", "手机"])
    sheet.merge_range(3, 0, 4, 0, "榕荫小学")
    sheet.write_row(3, 1, ["陈　敏", "0012", 13800138000])
    sheet.write_row(4, 1, ["曾敏", "0013", "139 0013 9000"])
    book.close()

    roster = read_roster(path.read_bytes(), file="名单.xlsx")
    entries = read_entries(roster)

    assert entries.faults == []
    assert [
        (
            entry.line,
            entry.unit,
            entry.text("name"),
            entry.text("staff_number"),
            entry.text("phone"),
        )
        for entry in entries.people
    ] == [
        (4, "榕荫小学", "陈敏", "0012", "13800138000"),
        (5, "榕荫小学", "曾敏", "0013", "13900139000"),
    ]


def test_english_headings_are_read(tmp_path: Path) -> None:
    heading = ["Full name", "Staff No.", "School", "Department", "Mobile Phone"]
    path = write_xlsx_book(
        tmp_path / "x.xlsx", {"Staff": [heading, ["Anna Li", "S1", "A", "B", ""]]}
    )

    assert people_in(read_roster(path.read_bytes(), file="x.xlsx")) == [
        (2, "Anna Li", "S1", "A", "B")
    ]


def test_one_roster_archive_is_read_without_pupils() -> None:
    raw = packed(
        {
            "users.csv": "sourcedId,status,role,orgSourcedIds,username,givenName,familyName,"
            "identifier,sms\n"
            "u1,active,teacher,o1,chenmin,敏,陈,T001,13800138000\n"
            "u2,active,student,o1,kid,小,陈,P1,\n"
            "u3,tobedeleted,teacher,o1,gone,去,陈,T003,\n"
            'u4,active,administrator,"o1,o2",amy,Amy,Li,T004,\n',
            "orgs.csv": "sourcedId,name,type,identifier\no1,榕荫小学,school,44010001\n",
        }
    )

    roster = read_roster(raw, file="oneroster.zip")

    assert people_in(roster) == [
        (2, "陈敏", "T001", "44010001", ""),
        (5, "Amy Li", "T004", "44010001", ""),
    ]
    assert [entry.text("role") for entry in read_entries(roster).people] == ["member", "lead"]
    assert roster.skipped == 2


def test_one_roster_of_version_1_2_takes_schools_from_its_roles() -> None:
    raw = packed(
        {
            "csv/users.csv": "sourcedId,username,givenName,familyName,identifier\n"
            "u1,chenmin,敏,陈,T001\n",
            "csv/orgs.csv": "sourcedId,name,type\no1,榕荫小学,school\no2,别校,school\n",
            "csv/roles.csv": "sourcedId,userSourcedId,roleType,role,orgSourcedId\n"
            "r1,u1,secondary,teacher,o2\nr2,u1,primary,siteAdministrator,o1\n",
        }
    )

    [entry] = read_entries(read_roster(raw, file="oneroster.zip")).people

    assert (entry.unit, entry.text("role")) == ("榕荫小学", "clerk")


def test_single_users_file_is_read() -> None:
    raw = (
        "sourcedId,givenName,familyName,identifier,orgSourcedIds,role\n"
        "u,敏,陈,T1,44010001,teacher\n"
    )

    assert people_in(read_roster(raw.encode(), file="users.csv")) == [
        (2, "陈敏", "T1", "44010001", "")
    ]


def test_w54_file_of_another_kind_says_what_it_is() -> None:
    assert refused(b"x", "名单.et")[1] == "“名单.et”不能导入：这是 WPS 自己的格式。"
    for file in ("名单.docx", "名单", "名单.pdf"):
        assert refused(b"anything", file) == (
            "W54",
            f"“{file}”不能导入：只能导入 .xlsx、.xls、.csv，或 OneRoster 的 .zip。",
        )


def test_w55_file_without_heading_is_told_so() -> None:
    id, reason = refused(csv_of(["陈敏", "T001"], ["林晓棠", "T002"]), "名单.csv")

    assert id == "W55"
    assert reason == ("在“名单.csv”里没有找到表头：前 20 行里没有同时有“姓名”和“师训编号”的一行。")


def test_hostile_and_damaged_files_are_each_refused_with_their_reason(tmp_path: Path) -> None:
    bomb = packed({"xl/workbook.xml": "0" * (LIMITS.unpacked_bytes + 1)})
    entity = write_raw_xlsx(tmp_path / "x.xlsx", "<row r='1'><c r='A1'><v>1</v></c></row>")
    xxe = packed(
        {
            name: text.replace(
                "<worksheet", "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><w"
            )
            for name, text in _texts(entity).items()
        }
    )
    far = write_raw_xlsx(
        tmp_path / "far.xlsx",
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    )

    assert refused(bomb, "名单.xlsx")[0] == "F23"
    assert refused(xxe, "名单.xlsx")[0] == "F22"
    assert refused(far.read_bytes(), "名单.xlsx")[0] == "F24"
    assert refused(compound_file("EncryptedPackage"), "名单.xlsx")[0] == "F21"
    assert refused(compound_file("Workbook"), "名单.xls")[0] == "F22"
    assert refused(b"PK\x03\x04garbage", "名单.xlsx")[0] == "F22"
    assert refused(b"", "名单.csv")[0] == "F09"
    assert refused(b"x" * (LIMITS.file_bytes + 1), "名单.csv")[0] == "F08"
    assert refused(b"\xff\xfe\xfd\xfc" * 3 + b"\x00", "名单.csv")[0] in ("F10", "F11")
    assert refused('姓名,师训编号\n"陈敏,T1'.encode(), "名单.csv")[0] == "F13"


def _texts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_old_workbook_is_read() -> None:
    raw = (Path(__file__).parent / "roster.xls").read_bytes()

    assert people_in(read_roster(raw, file="名单.xls")) == [
        (3, "陈敏", "T001", "榕荫小学", "数学组"),
        (4, "单雪", "T002", "榕荫小学", "语文组"),
    ]


def test_w50_value_that_does_not_hold_is_told_at_its_cell() -> None:
    heading = ["姓名", "师训编号", "身份证号", "手机", "出生日期", "性别", "任职", "邮箱"]
    entries = entries_of(
        ["陈敏", "T001", "110101199003070012X", "1380013800", "1990-02-30", "不明", "厨师", "x@"],
        ["陈敏", "T 2", "110101199003070000", "", "", "", "", ""],
        heading=heading,
    )

    assert told(entries) == [
        ("C2", "W50", "身份证号不对：位数或校验码不对。"),
        ("D2", "W50", "手机号码不对：不是 11 位手机号码。"),
        ("E2", "W50", "出生日期不对：不是日期。"),
        ("F2", "W50", "性别不对：只能填男或女。"),
        ("G2", "W50", "任职不对：没有“厨师”这种任职。"),
        ("H2", "W50", "邮箱不对：不是完整的邮箱地址。"),
        ("B3", "W50", "师训编号不对：只能有字母、数字、点、横线。"),
        ("C3", "W50", "身份证号不对：后三位被 Excel 改成了 0。"),
    ]
    assert entries.people == []


def test_w53_birth_and_gender_are_compared_with_the_id_number() -> None:
    entries = entries_of(
        ["陈敏", "T001", ID_NUMBER, "1990-03-08", "女"],
        ["陈明", "T002", "", "1990-03-08", "女"],
        heading=["姓名", "师训编号", "身份证号", "出生日期", "性别"],
    )

    assert told(entries) == [
        ("D2", "W53", "出生日期和身份证号对不上。"),
        ("E2", "W53", "性别和身份证号对不上。"),
    ]
    assert [entry.text("name") for entry in entries.people] == ["陈敏", "陈明"]
    assert not any(ID_NUMBER in fault.reason() for fault in entries.faults)


def test_w56_missing_name_or_number_is_told_in_its_row() -> None:
    entries = entries_of(["", "T001", "", "", ""], ["陈敏", "", "", "", ""])

    assert told(entries) == [("A2", "W56", "没有填姓名。"), ("B3", "W56", "没有填师训编号。")]


def test_w58_number_that_comes_twice_names_the_first_row() -> None:
    entries = entries_of(ROW, ["林晓棠", "T001", "", "", ""])

    assert told(entries) == [("B3", "W58", "师训编号和第 2 行相同。")]
    assert [entry.text("name") for entry in entries.people] == ["陈敏"]


def test_formula_is_text_and_never_run(tmp_path: Path) -> None:
    entries = entries_of(["=1+1", "T001", "", "", ""], ["@SUM(A1)", "T002", "", "", ""])

    assert [fault.id for fault in entries.faults] == ["W50", "W50"]
    assert entries.people == []
    path = write_raw_xlsx(
        tmp_path / "x.xlsx",
        "<row r='1'><c r='A1' t='inlineStr'><is><t>姓名</t></is></c>"
        "<c r='B1' t='inlineStr'><is><t>师训编号</t></is></c></row>"
        "<row r='2'><c r='A2'><f>HYPERLINK(1)</f></c>"
        "<c r='B2' t='inlineStr'><is><t>T1</t></is></c></row>",
    )
    from_book = read_entries(read_roster(path.read_bytes(), file="x.xlsx"))
    assert told(from_book) == [("A2", "W50", "姓名不对：公式没有算出值。")]


def test_faulty_roster_comes_back_marked_and_is_read_again_when_mended() -> None:
    roster = read_roster(csv_of(HEADING, ROW, ["=2", "T002", "x", "", "女"]), file="名单.csv")
    faults = read_entries(roster).faults

    back = read_roster(marked_roster(roster, faults), file="名单.xlsx")

    assert back.heading == (*HEADING, PROBLEM)
    assert back.rows[0].cells[:5] == ROW
    assert back.rows[1].cells[0] == "=2"
    assert back.rows[1].cells[5] == faults[0].reason() + faults[0].remedy()
    assert back.unknown == ()
    assert read_entries(back).faults == faults


def test_empty_table_has_a_heading_that_is_known() -> None:
    roster = read_roster(empty_roster(), file="空表.xlsx")

    assert roster.rows == ()
    assert (roster.unknown, len(roster.columns)) == ((), len(roster.heading))


def test_unknown_columns_are_named() -> None:
    heading = ["序号", *HEADING, "政治面貌"]

    assert read_roster(csv_of(heading, ["1", *ROW, "群众"]), file="x.csv").unknown == ("政治面貌",)
