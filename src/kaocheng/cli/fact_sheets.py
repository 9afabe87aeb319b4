"""The tables of facts that a pack asks for, described for those who fill them in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kaocheng.engine.exact import exact_text
from kaocheng.engine.language.parameters import PARAMETER_TYPES, Parameter
from kaocheng.engine.language.registers import FIELD_TYPES, Field, Register
from kaocheng.engine.model import Pack

_KINDS = {"roster": "名册", "register": "台账", "review": "评价"}


@dataclass(frozen=True)
class SheetColumn:
    """`content` says what may be filled in, with options, bounds and unit."""

    id: str
    title: str
    content: str
    required: bool


@dataclass(frozen=True)
class FactSheet:
    """One file. `prefilled`: the pack brings its rows along; a file replaces them all."""

    id: str
    title: str
    kind: str
    columns: tuple[SheetColumn, ...]
    optional: bool = False
    prefilled: bool = False
    note: str = ""

    @property
    def file(self) -> str:
        return f"{self.id}.csv"


def fact_sheets(pack: Pack) -> list[FactSheet]:
    """Rosters first, then what is entered, then periods and parameters."""
    registers = [one for one in pack.registers.values() if one.kind != "list"]
    registers.sort(key=lambda one: one.kind != "roster")
    return [
        *(_register_sheet(pack, register) for register in registers),
        *_periods_sheet(pack),
        *_parameters_sheet(pack),
        *(_table_sheet(pack, one) for one in pack.parameters.values() if one.type == "table"),
    ]


def _register_sheet(pack: Pack, register: Register) -> FactSheet:
    needed = {register.key, register.date, register.period, *register.once}
    return FactSheet(
        id=register.id,
        title=register.title,
        kind=_KINDS[register.kind],
        columns=_columns(pack, register.fields, needed=needed),
        optional=register.optional,
        note=register.note,
    )


def _columns(
    pack: Pack, fields: Mapping[str, Field], *, needed: set[str]
) -> tuple[SheetColumn, ...]:
    return tuple(
        SheetColumn(id, one.title, _content(pack, one), one.required or id in needed)
        for id, one in fields.items()
    )


def _content(pack: Pack, field: Field) -> str:
    target = pack.registers.get(field.type)
    if target is not None:
        return f"“{target.title}”中的{target.fields[target.key].title}（{target.key}）"
    words = [FIELD_TYPES[field.type]]
    if field.values:
        words = ["、".join(field.values) + "，选其一"]
    if field.unit:
        words.append(f"单位：{field.unit}")
    bounds = [
        f"{word} {exact_text(bound)}"
        for word, bound in (("不小于", field.least), ("不大于", field.most))
        if bound is not None
    ]
    return "；".join([*words, *bounds])


def _periods_sheet(pack: Pack) -> Iterator[FactSheet]:
    if not pack.period_kinds:
        return
    kinds = "、".join(f"{id}（{title}）" for id, title in pack.period_kinds.items())
    day = FIELD_TYPES["date"]
    columns = (
        SheetColumn("kind", "种类", kinds, required=True),
        SheetColumn("id", "编号", "自己定，不重复，如 2026-autumn", required=True),
        SheetColumn("title", "名称", "显示用的名称", required=False),
        SheetColumn("from", "开始日期", day, required=True),
        SheetColumn("to", "结束日期", f"{day}；含当日", required=True),
    )
    yield FactSheet("periods", "周期表", "起止日期", columns)


def _parameters_sheet(pack: Pack) -> Iterator[FactSheet]:
    plain = [one for one in pack.parameters.values() if one.type != "table"]
    if not plain:
        return
    columns = (
        SheetColumn("id", "参数", "、".join(one.id for one in plain), required=True),
        SheetColumn("value", "值", "见填表说明；不写这一行就用默认值", required=False),
    )
    yield FactSheet("parameters", "参数", "与默认值不同的参数", columns, optional=True)


def _table_sheet(pack: Pack, parameter: Parameter) -> FactSheet:
    return FactSheet(
        id=parameter.id,
        title=parameter.title,
        kind="对照表",
        columns=_columns(pack, parameter.columns, needed=set(parameter.columns)),
        optional=True,
        prefilled=bool(parameter.rows),
        note="方案里已有内容；只有要整张替换时才建这个文件。" if parameter.rows else "",
    )


def filling_guide(pack: Pack, sheets: list[FactSheet]) -> str:
    """The guide in Markdown that goes along with the empty tables."""
    return "\n".join(_guide_lines(pack, sheets)) + "\n"


def _guide_lines(pack: Pack, sheets: list[FactSheet]) -> Iterator[str]:
    yield f"# 填表说明：{pack.scheme.title}"
    yield ""
    yield "- 第一行是字段名，不要改动；从第二行起一行填一条。"
    yield "- 没有数据的格子空着，表示缺数据；确实不适用的填“不适用”。缺数据不会当作 0 分。"
    yield "- 数只填数，不带单位和千分位；日期写成 2026-09-01；是或否就填“是”“否”。"
    yield "- 一条记录也没有的表，保留只有表头的空表。"
    yield "- 用 Excel 或 WPS 打开后可以存为 .csv，也可以存为 .xlsx（文件名不变）。"
    for sheet in sheets:
        yield ""
        yield f"## {sheet.title}（{sheet.file}）"
        yield ""
        yield sheet.kind + ("，可以没有这张表。" if sheet.optional else "，必须有这张表。")
        if sheet.note:
            yield ""
            yield sheet.note
        yield ""
        yield "| 字段 | 名称 | 填什么 | 必填 |"
        yield "|---|---|---|---|"
        for column in sheet.columns:
            cells = (column.id, column.title, column.content, "是" if column.required else "")
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield from _parameter_lines(pack)


def _parameter_lines(pack: Pack) -> Iterator[str]:
    plain = [one for one in pack.parameters.values() if one.type != "table"]
    if not plain:
        return
    yield ""
    yield "## 各个参数"
    yield ""
    yield "| 参数 | 名称 | 填什么 | 默认值 |"
    yield "|---|---|---|---|"
    for one in plain:
        content = PARAMETER_TYPES[one.type]
        if one.options:
            content = "；".join(f"{code}＝{words}" for code, words in one.options.items())
        default = one.default or "（没有，须填写）"
        cells = (one.id, one.title, content + (f"；单位：{one.unit}" if one.unit else ""), default)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
