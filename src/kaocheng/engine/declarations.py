"""Checks of what a pack declares, before any expression is bound: names, types, references."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from kaocheng.engine.facts import list_table, text_table
from kaocheng.engine.hints import near
from kaocheng.engine.language.cases import Case
from kaocheng.engine.language.documents import Document
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.language.registers import FIELD_TYPES, Field, Register
from kaocheng.engine.language.scheme import Result, items_below
from kaocheng.engine.messages import MESSAGES
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.process.clocks import service_clock

RESERVED = ("own", "row", "outer", "param", "period", "rest", "heads", "all")


def check_declarations(pack: Pack, *, problems: Problems) -> None:
    """Note every name used twice, every reference that leads nowhere, every unknown type."""
    for register in pack.registers.values():
        _check_register(pack, register, problems)
    for parameter in pack.parameters.values():
        _check_parameter(pack, parameter, problems)
    for result in pack.scheme.results:
        _check_result(pack, result, problems)
    for case in pack.cases:
        _check_case(pack, case, problems)
    for document in pack.documents.values():
        _check_document(pack, document, problems)
    known = [id for id in MESSAGES if id.startswith("L")]
    for doubt in pack.scheme.doubts:
        if doubt.lint not in known:
            _unknown(doubt.lint, "提示（lint）", known, doubt.place, problems)


def unique(named: Iterable[tuple[str, Place]], *, problems: Problems) -> None:
    """Note every name that has been taken before."""
    seen: dict[str, Place] = {}
    for name, place in named:
        if name in RESERVED:
            problems.add("S06", place, name=name)
        if name in seen:
            problems.add("S20", place, id=name, place=seen[name])
        seen.setdefault(name, place)


def _unknown(name: str, what: str, known: Iterable[str], place: Place, problems: Problems) -> None:
    problems.add("S21", place, name=name, what=what, hint=near(name, known))


def _check_fields(pack: Pack, fields: Mapping[str, Field], problems: Problems) -> None:
    for name, described in fields.items():
        if name in RESERVED:
            problems.add("S06", described.place, name=name)
        if described.type not in FIELD_TYPES and described.type not in pack.registers:
            known = [*FIELD_TYPES, *pack.registers]
            hint = near(described.type, known)
            problems.add("S29", described.place, field=name, type=described.type, hint=hint)
        needs_values = described.type in ("choice", "scale")
        if needs_values != bool(described.values):
            why = "choice、scale 类型要写 values，其他类型不写"
            problems.add("S30", described.place, title=described.title, why=why, page="registers")


def _check_filled_later(
    register: Register, known_at_once: Collection[str], problems: Problems
) -> None:
    """What is filled in after an entry is written: only in registers, and nothing it needs."""
    for name, described in register.fields.items():
        if not described.filled_by:
            continue
        if register.kind != "register" or described.required or name in known_at_once:
            why = "filled_by 只用于台账里登记时可以空着的字段，不是 required、key、date、once 之类"
            problems.add("S30", described.place, title=described.title, why=why, page="registers")


def _check_tells(pack: Pack, register: Register, problems: Problems) -> None:
    """What an entry tells of its clocks: events of theirs, by fields that hold a time."""
    clocks = [
        clock
        for duty in pack.process.duties
        if duty.register == register.id and (clock := service_clock(duty)) is not None
    ]
    timed = {name for clock in clocks for name in (clock.starts, clock.stops)}
    by_the_hour = {name for one in clocks if one.counts_hours for name in (one.starts, one.stops)}
    for telling in register.tells:
        described = register.fields.get(telling.at)
        if telling.event not in timed:
            _unknown(telling.event, "限时办结的事项", timed, telling.place, problems)
        if described is None:
            _unknown(telling.at, "字段（at）", register.fields, telling.place, problems)
        elif described.type not in ("date", "moment"):
            why = "at 所指的字段类型应为 date、moment"
            problems.add("S30", telling.place, title=described.title, why=why, page="registers")
        elif telling.event in by_the_hour and described.type != "moment":
            why = "按小时算的，at 所指的字段类型应为 moment"
            problems.add("S30", telling.place, title=described.title, why=why, page="registers")
        for name, word in telling.only.items():
            values = register.fields[name].values if name in register.fields else ()
            if word not in values:
                _unknown(f"{name}: {word}", "字段的选项（only）", values, telling.place, problems)


def _check_register(pack: Pack, register: Register, problems: Problems) -> None:
    if register.id in FIELD_TYPES:  # a field of that type would be a reference
        problems.add("S06", register.place, name=register.id)
    _check_fields(pack, register.fields, problems)
    wanted = {
        "key": register.key,
        "name": register.name,
        "unit": register.unit,
        "date": register.date,
        "period": register.period,
    }
    for key, name in wanted.items():
        if name and name not in register.fields:
            _unknown(name, f"字段（{key}）", register.fields, register.place, problems)
    for name in register.once:
        if name not in register.fields:
            _unknown(name, "字段（once）", register.fields, register.place, problems)
    _check_filled_later(register, {*wanted.values(), *register.once}, problems)
    _check_tells(pack, register, problems)
    for key, types in (("date", ("date", "moment")), ("period", ("period",))):
        described = register.fields.get(wanted[key])
        if described is not None and described.type not in types:
            why = f"{key} 所指的字段类型应为 {'、'.join(types)}"
            problems.add("S30", register.place, title=register.title, why=why, page="registers")
    if register.kind in ("roster", "list") and not register.key:
        why = "名册和参照表要写 key（唯一编号的字段）"
        problems.add("S30", register.place, title=register.title, why=why, page="registers")
    if (register.kind == "list") != bool(register.rows):
        why = "参照表（list）要写 rows 或 shared，其他种类不写"
        problems.add("S30", register.place, title=register.title, why=why, page="registers")
    if register.rows and not list_table(register).rows:
        problems.add("S04", register.place)


def _check_parameter(pack: Pack, parameter: Parameter, problems: Problems) -> None:
    place, title = parameter.place, parameter.title
    if parameter.id in pack.registers:
        problems.add("S20", place, id=parameter.id, place=pack.registers[parameter.id].place)
    if parameter.type == "table":
        _check_fields(pack, parameter.columns, problems)
        if any(one.filled_by for one in parameter.columns.values()):
            problems.add("S30", place, title=title, why="filled_by 只用于台账", page="parameters")
        for name in parameter.key:
            if name not in parameter.columns:
                _unknown(name, "列（key）", parameter.columns, place, problems)
        if not parameter.key or len(parameter.columns) <= len(parameter.key):
            why = "对照表要写 columns、key，并且至少有一列是要查的值"
            problems.add("S30", place, title=title, why=why, page="parameters")
        table = text_table(parameter.id, parameter.rows, source=parameter.id)
        if parameter.rows and set(table.header) != set(parameter.columns):
            why = f"rows 的第一行应为 {'、'.join(parameter.columns)}"
            problems.add("S30", place, title=title, why=why, page="parameters")
    elif parameter.columns or parameter.key or parameter.rows:
        why = "只有 table 类型才写 columns、key、rows"
        problems.add("S30", place, title=title, why=why, page="parameters")
    if (parameter.type == "choice") != bool(parameter.options):
        why = "choice 类型要写 options，其他类型不写"
        problems.add("S30", place, title=title, why=why, page="parameters")
    elif parameter.type == "choice" and parameter.default not in ("", *parameter.options):
        listed = "、".join(parameter.options)
        problems.add("S09", place, found=parameter.default, options=listed)


def _check_result(pack: Pack, result: Result, problems: Problems) -> None:
    if result.id in pack.registers:
        problems.add("S20", result.place, id=result.id, place=pack.registers[result.id].place)
    register = pack.registers.get(result.of)
    if register is None:
        _unknown(result.of, "表（of）", pack.registers, result.place, problems)
        return
    if not register.key:
        why = f"“{register.title}”没有唯一编号（key），不能作考核对象"
        problems.add("S30", result.place, title=result.title, why=why, page="results")
    if result.each and result.each not in pack.period_kinds:
        _unknown(result.each, "周期种类（each）", pack.period_kinds, result.place, problems)
    fields = [(name, described.place) for name, described in register.fields.items()]
    items = [(item.id, item.place) for item in items_below(result.items)]
    unique([*fields, *items], problems=problems)
    names = {name for name, _ in items}
    for key, name in (("headline", result.headline), ("grade", result.grade)):
        if name and name not in names:
            _unknown(name, f"指标（{key}）", names, result.place, problems)
    for exemption in result.exempt:
        for name in exemption.gives:
            if name not in names:
                _unknown(name, "指标（gives）", names, exemption.place, problems)


def _check_document(pack: Pack, document: Document, problems: Problems) -> None:
    place, title = document.place, document.title
    known = [*pack.registers, *pack.results]
    if document.of and document.of not in known:
        _unknown(document.of, "表或结果", known, place, problems)
    if document.kind == "text":
        wrong = "文字（text）写 parts，不写 columns" if document.columns else ""
    else:
        whole = document.of and document.columns and not document.parts
        wrong = "" if whole else "一览表（list）、个表（sheet）要写 of 和 columns，不写 parts"
    if wrong:
        problems.add("S30", place, title=title, why=wrong, page="documents")


def _check_case(pack: Pack, case: Case, problems: Problems) -> None:
    """Every name a case uses must be one of the pack: a slip there would test nothing."""
    process = pack.process
    known: dict[str, tuple[Iterable[str], Iterable[str]]] = {
        "参数": (case.parameters, pack.parameters),
        "表": (case.facts, [*pack.registers, *pack.parameters, "periods"]),
        "结果表": ([*case.expect, *case.flags], pack.results),
        "前置条件": (case.gates, [gate.id for gate in process.gates]),
        "结果运用": (case.effects, [effect.id for effect in process.effects]),
        "抽查": ([name.split(".")[0] for name in case.draws], [one.id for one in process.draws]),
        "表决": (case.votes, [vote.id for vote in process.votes]),
    }
    for what, (names, allowed) in known.items():
        listed = list(allowed)
        for name in names:
            if name not in listed:
                _unknown(name, what, listed, case.place, problems)
    for expected in (case.expect, case.flags):
        for result, subjects in expected.items():
            items = [item for owner, item in pack.items if owner == result]
            for name in {name.split(".")[0] for wanted in subjects.values() for name in wanted}:
                if items and name not in items:
                    _unknown(name, "指标", items, case.place, problems)
