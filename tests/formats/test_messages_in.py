"""Every message about a file that comes in, as its reader sees it."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from kaocheng.engine.problems import Place, problem
from kaocheng.formats import LIMITS, Limits
from tests.formats.books import compound_file, write_raw_xlsx, write_xlsx_book
from tests.formats.reading import found_in


def told(path: Path, *, limits: Limits = LIMITS) -> list[str]:
    """Place, reason and remedy of the first problem, in Chinese, and its reason in English."""
    first = found_in(path, limits=limits)[0]
    lines = [str(first.place), first.reason(), first.remedy(), first.reason("en")]
    return [line.replace(str(path.parent), "…") for line in lines]


def test_f01_path_is_nowhere(tmp_path: Path) -> None:
    assert told(tmp_path / "facts") == [
        "…/facts",
        "没有找到数据文件夹或文件“…/facts”。",
        "请核对路径；可用 kaocheng facts 方案 --template 文件夹 生成空表。",
        "No facts folder or file at “…/facts”.",
    ]


def test_f02_table_is_not_used() -> None:
    unused = problem("F02", Place("b.csv"), table="b", tables="a、c")

    assert [unused.reason(), unused.remedy(), unused.reason("en")] == [
        "多出一张方案用不到的表“b”，已忽略。",
        "如果表名写错了，请改成方案中的表名：a、c。",
        "Extra table “b” is not used by the scheme and is ignored.",
    ]


def test_f03_single_file_is_of_unknown_kind(tmp_path: Path) -> None:
    (tmp_path / "facts.docx").write_bytes(b"")

    assert told(tmp_path / "facts.docx") == [
        "facts.docx",
        "“…/facts.docx”不是能读取的表格文件。",
        "请另存为 .xlsx、.csv 或 .parquet；也可以指定放这些文件的文件夹。",
        "“…/facts.docx” is not a kind of table file that can be read.",
    ]


def test_f04_folder_holds_no_tables(tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()

    assert told(tmp_path / "facts") == [
        "…/facts",
        "文件夹“…/facts”里没有任何表格文件。",
        "请把 .xlsx、.csv 或 .parquet 文件直接放进这个文件夹（不读下级文件夹）。",
        "Folder “…/facts” holds no table files.",
    ]


def test_f05_file_of_unsupported_kind_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("甲\n", "utf-8")
    (tmp_path / "b.tsv").write_bytes(b"")

    assert told(tmp_path) == [
        "b.tsv",
        "没有读取“b.tsv”：不支持 .tsv 格式。",
        "如果里面有要用的数据，请用 Excel 或 WPS 另存为 .xlsx 或 .csv；数据很多时也可以存成 .parquet。",
        "“b.tsv” was not read: .tsv files are not supported.",
    ]


def test_f06_same_table_twice(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("甲\n", "utf-8")
    write_xlsx_book(tmp_path / "b.xlsx", {"a": [["甲"]]})

    assert told(tmp_path) == [
        "b.xlsx › a",
        "表“a”出现了两次：a.csv 和 b.xlsx › a，无法确定以哪一份为准。",
        "请只保留一份，或给另一份换一个表名。",
        "Table “a” appears twice: a.csv and b.xlsx › a; neither can be preferred.",
    ]


def test_f07_file_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("甲\n", "utf-8")

    def denied(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)

    assert told(tmp_path / "a.csv") == [
        "a.csv",
        "打不开文件“a.csv”（系统提示：Permission denied）。",
        "请确认文件还在、有读取权限，且没有被其他程序独占。",
        "File “a.csv” cannot be opened (the system says: Permission denied).",
    ]


def test_f08_file_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    os.truncate(tmp_path / "a.csv", 345_000_000)

    assert told(tmp_path / "a.csv") == [
        "a.csv",
        "文件“a.csv”太大：345 MB，上限是 200 MB。",
        "请删去用不到的列、图片和工作表，或按年度、单位拆成几份分别计算。",
        "File “a.csv” is too large: 345 MB; the limit is 200 MB.",
    ]


def test_f09_file_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"")

    assert told(tmp_path / "a.csv") == [
        "a.csv",
        "“a.csv”里什么都没有，连表头也没有。",
        "第一行应是表头（列名），下面每行一条记录；没有记录时也要保留表头。",
        "“a.csv” is empty and has no header.",
    ]


def test_f10_line_has_unknown_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("姓名\n".encode("gbk") + b"\xff\n")

    assert told(tmp_path / "a.csv") == [
        "a.csv:2",
        "看不懂这一行的文字编码：既不是 UTF-8，也不是 GB18030（含 GBK）。",
        "请用 Excel 或 WPS 打开，另存为“CSV UTF-8（逗号分隔）”；如已乱码，请找原始文件。",
        "The text encoding of this line is neither UTF-8 nor GB18030 (GBK).",
    ]


def test_f11_line_has_nul(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("姓名\n张\0三\n", "utf-8")

    assert told(tmp_path / "a.csv") == [
        "a.csv:2",
        "这一行含有空字符（NUL），文件可能损坏，或不是文本文件。",
        "请从原来的系统重新导出，或用 Excel、WPS 另存为“CSV UTF-8（逗号分隔）”。",
        "This line contains a NUL character: the file is damaged or is not text.",
    ]


def test_f12_header_has_chinese_commas(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("工号，姓名\n1，张三\n", "utf-8")

    assert told(tmp_path / "a.csv") == [
        "a.csv:1",
        "表头用的是中文标点“，”分隔，整行会被当成一列。",
        "请把分隔符换成英文半角逗号“,”，或用 Excel 编辑后另存为 .csv。",
        "The header is separated by the Chinese mark “，”, so it reads as one column.",
    ]


def test_f13_quote_is_never_closed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('姓名,备注\n张三,"好\n李四,\n', "utf-8")

    assert told(tmp_path / "a.csv") == [
        "a.csv:2",
        "从这一行开始，英文双引号没有成对，后面的内容无法分列。",
        '文字里的一个双引号要写成两个（""），并把整格用双引号括起来；或改用 .xlsx。',
        "From this line on, double quotes do not pair up and cells cannot be told apart.",
    ]


def test_f14_row_is_ragged(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("姓名,校\n张三,一小,多\n", "utf-8")

    assert told(tmp_path / "a.csv") == [
        "a.csv:2",
        "这一行有 3 格，表头有 2 列，对不上。",
        "请检查是否多了或少了逗号；内容里本来就有逗号的，用英文双引号括起整格。",
        "This row has 3 cells but the header has 2 columns.",
    ]


def test_f15_column_has_no_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("姓名,,校\n", "utf-8")

    assert told(tmp_path / "a.csv") == [
        "a.csv:1",
        "表头第 B 列没有列名。",
        "请补上列名，或删去空列；如果第一行是大标题，请删去大标题，让表头成为第一行。",
        "Column B has no name in the header.",
    ]


def test_f16_column_name_is_repeated(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("姓名,校,姓名\n", "utf-8")

    assert told(tmp_path / "a.csv") == [
        "a.csv:1",
        "列名“姓名”重复，出现在第 A、C 列。",
        "请改成不同的列名，或删去多余的一列。",
        "Column name “姓名” is used more than once, in columns A、C.",
    ]


def test_f17_rows_are_too_many(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("姓名\n一\n二\n三\n", "utf-8")

    assert told(tmp_path / "a.csv", limits=Limits(rows=2)) == [
        "a.csv:4",
        "行数太多，超过上限 2 行，从这一行起没有读取。",
        "请删去用不到的记录，或按年度、单位拆成几份分别计算。",
        "Too many rows: the limit is 2; nothing from this line on was read.",
    ]


def test_f18_cell_is_too_long(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("姓名,备注\n张三," + "长" * 40_000, "utf-8")

    assert told(tmp_path / "a.csv") == [
        "a.csv:2:2",
        "单元格 B2 有 40000 个字，超过上限 32767。",
        "请缩短内容；如果内容是别的行粘在了一起，请检查双引号是否成对。",
        "Cell B2 holds 40000 characters; the limit is 32767.",
    ]


def test_f19_same_fault_is_on_many_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("姓名,校\n" + "张三\n" * 25, "utf-8")

    assert told(tmp_path / "a.csv") == [
        "a.csv",
        "这张表还有 5 处同样的问题（F14），没有逐一列出。",
        "请先改正已列出的各处，再检查一次；同一原因往往会一起消失。",
        "This table has 5 more problems of the kind F14 that are not listed.",
    ]


def test_f20_workbook_is_of_another_format(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(compound_file("Workbook"))

    assert told(tmp_path / "a.xls") == [
        "a.xls",
        "“a.xls”不是 .xlsx 工作簿：可能是旧格式（.xls、.et、.wps、.ods）、网页，或只改了扩展名。",
        "请用 WPS 或 Excel 另存为 .xlsx（不要只改扩展名），再放回来。",
        "“a.xls” is no .xlsx workbook: an older format (.xls, .et, .ods), a web page or renamed.",
    ]


def test_f21_workbook_has_a_password(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(compound_file("EncryptedPackage"))

    assert told(tmp_path / "a.xlsx") == [
        "a.xlsx",
        "工作簿“a.xlsx”有打开密码，无法读取。",
        "请在 Excel 或 WPS 中取消打开密码后重新保存，再放回来。",
        "Workbook “a.xlsx” is protected by a password and cannot be read.",
    ]


def test_f22_workbook_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\3\4")

    assert told(tmp_path / "a.xlsx") == [
        "a.xlsx",
        "工作簿“a.xlsx”已损坏，或不是完整的 Excel 文件。",
        "请用 Excel 或 WPS 打开并另存为新的 .xlsx；打不开时，请重新导出或重新下载。",
        "Workbook “a.xlsx” is damaged or incomplete.",
    ]


def test_f23_workbook_is_a_zip_bomb(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(12_000_000))

    assert told(tmp_path / "a.xlsx", limits=Limits(unpacked_bytes=10_000_000)) == [
        "a.xlsx",
        "工作簿“a.xlsx”解压后有 12 MB，超过上限 10 MB，没有打开。",
        "请删去图片和用不到的工作表；如果文件来历不明，不要打开它。",
        "Workbook “a.xlsx” unpacks to 12 MB; the limit is 10 MB; it was not opened.",
    ]


def test_f24_sheet_is_too_large(tmp_path: Path) -> None:
    xml = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'
    write_raw_xlsx(tmp_path / "a.xlsx", xml)

    assert told(tmp_path / "a.xlsx") == [
        "a.xlsx › 数据",
        "工作表范围太大：从第 1 行到第 1048576 行、直到第 XFD 列都有内容。",
        "多半是很远的地方误填了一个单元格（按 Ctrl+End 可以跳到那里），请清除后保存。",
        "The sheet is too large: content from row 1 to 1048576, out to XFD.",
    ]


def test_f25_formula_has_no_value(tmp_path: Path) -> None:
    xml = '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="e"><v>#DIV/0!</v></c></row>'
    write_raw_xlsx(tmp_path / "a.xlsx", xml)

    assert told(tmp_path / "a.xlsx") == [
        "a.xlsx › 数据:1:2",
        "单元格 B1 的公式没有算出值：#DIV/0!。",
        "请用 Excel 或 WPS 打开，改正公式、重新计算并保存；确实没有数据的，请清空这一格。",
        "The formula in cell B1 has no value: #DIV/0!.",
    ]


def test_f26_number_is_too_large(tmp_path: Path) -> None:
    write_xlsx_book(tmp_path / "a.xlsx", {"数据": [["甲"], [1e99]]})

    assert told(tmp_path / "a.xlsx") == [
        "a.xlsx › 数据:2:1",
        "单元格 A2 的数值太大、太小或不是有限的数，无法精确读取（超过 40 位）。",
        "请核对这个数；编号一类的内容请把单元格设为“文本”格式后重新填写。",
        "Cell A2 holds a number that cannot be read exactly (more than 40 digits).",
    ]


def test_f27_identifiers_were_rounded(tmp_path: Path) -> None:
    write_xlsx_book(tmp_path / "a.xlsx", {"数据": [["证号"], [1.1e17], [1.2e17]]})

    assert told(tmp_path / "a.xlsx") == [
        "a.xlsx › 数据:2:1",
        "列“证号”有 2 个超过 15 位的数字（如 A2），Excel 已把 15 位以后改成 0。",
        "身份证号、编号等请先把整列设为“文本”格式，再从原始资料重新填写。",
        "“证号” has 2 numbers of over 15 digits (see A2): Excel zeroed the rest.",
    ]


def test_f28_decimals_are_noisy(tmp_path: Path) -> None:
    write_raw_xlsx(
        tmp_path / "a.xlsx",
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>0.30000000000000004</v></c></row>',
    )

    assert told(tmp_path / "a.xlsx") == [
        "a.xlsx › 数据:2:1",
        "列“1”有 1 个带计算误差的小数（如 A2 实际是 0.30000000000000004），与表中显示的可能不同。",
        "请在 Excel 中用 ROUND 函数保留需要的小数位，再粘贴为数值。",
        "“1” has 1 decimals with rounding noise (A2 is really 0.30000000000000004).",
    ]


def test_f29_cells_are_merged(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    book.add_worksheet("数据").merge_range("A1:A2", "甲")
    book.close()

    assert told(tmp_path / "a.xlsx") == [
        "a.xlsx › 数据:1:1",
        "单元格 A1:A2 是合并单元格，只有左上角有值，其余的读出来是空的。",
        "请取消合并，并在每一格填上应有的值。",
        "Cells A1:A2 are merged: only the first holds a value, the others read as empty.",
    ]


def test_f30_sheet_is_hidden(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    book.add_worksheet("数据").write(0, 0, "甲")
    book.add_worksheet("旧").hide()
    book.close()

    assert told(tmp_path / "a.xlsx") == [
        "a.xlsx › 旧",
        "隐藏的工作表“旧”没有读取。",
        "如果里面有要用的数据，请取消隐藏后保存；不用的话可以删去。",
        "Hidden sheet “旧” was not read.",
    ]


def test_f31_characters_are_lost(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("姓名\n张\ufffd\n\ufffd\n", "utf-8")

    assert told(tmp_path / "a.csv") == [
        "a.csv:2",
        "有 2 个单元格含有乱码符号“�”，原来的字已经丢失，第一处在这一行。",
        "请从原来的系统重新导出；转换编码时要选对原来的编码。",
        "2 cells contain the replacement mark “�”: the text is lost; here is the first.",
    ]
