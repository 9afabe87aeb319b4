"""What generated packs are written with: tables, parameters, and which names may stand where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from kaocheng.engine.language.types import (
    BOOLEAN,
    DATE,
    MOMENT,
    NUMBER,
    TEXT,
    Type,
    reference,
)

Typed = tuple[str, Type]

GRADES = ("优秀", "合格", "不合格")
LETTERS = ("A", "B", "C", "D", "E")
LEVELS = ("小学", "初中", "高中", "教学点")
KINDS = ("病假", "事假", "迟到", "旷工")
TITLES = ("高级", "一级", "二级")
TEAMS = ("语文组", "数学组", "A组", "a组", "10组", "9组")
WORDS = ("甲", "乙", "甲乙", "备注 一", "x", "")


@dataclass(frozen=True)
class Column:
    """A field of a table. `word` is its type as `registers.yaml` says it."""

    type: Type
    word: str
    low: int = 0
    high: int = 100
    places: int = 0
    bounded: bool = False
    required: bool = False


@dataclass(frozen=True)
class Table:
    """A register as a generated pack declares it."""

    id: str
    kind: str
    columns: Mapping[str, Column]
    key: str = ""
    name: str = ""
    unit: str = ""
    date: str = ""
    period: str = ""
    counts_when: str = ""
    rows: str = ""

    def references(self, table: str) -> list[str]:
        return [name for name, one in self.columns.items() if one.type == reference(table)]


@dataclass
class ResultSoFar:
    """A result that is being written: the items that stand already, each with its type."""

    id: str
    of: str
    each: str = ""
    items: dict[str, Type] = field(default_factory=dict)


@dataclass
class World:
    """Everything a pack declares. In a `steady` one the order of the rows decides nothing."""

    tables: dict[str, Table]
    parameters: dict[str, Type]
    kinds: tuple[str, ...] = ()
    steady: bool = False
    results: list[ResultSoFar] = field(default_factory=list)


@dataclass(frozen=True)
class Level:
    table: Table
    result: ResultSoFar | None = None


@dataclass(frozen=True)
class Place:
    """Where an expression stands. `open_results`: those results whose rows may be read."""

    world: World
    levels: tuple[Level, ...]
    each: str = ""
    special: tuple[str, ...] = ()
    open_results: tuple[str, ...] = ()

    @property
    def subject(self) -> Level:
        return self.levels[0]

    def inside(self, level: Level) -> Place:
        return replace(self, levels=(*self.levels, level))

    def at_subject(self) -> Place:
        return replace(self, levels=self.levels[:1], special=())

    def results(self) -> list[ResultSoFar]:
        return [one for one in self.world.results if one.id in self.open_results]

    def names(self) -> list[Typed]:
        """Every name that may be written here, the innermost row first."""
        found = [(name, NUMBER) for name in self.special]
        for at in range(len(self.levels) - 1, -1, -1):
            found.extend(self._names_at(at))
        return [*found, *self.world.parameters.items()]

    def _names_at(self, at: int) -> Iterator[Typed]:
        level, last = self.levels[at], len(self.levels) - 1
        if at not in (0, last, last - 1):
            return
        before = "" if at == last else "own." if at == 0 else "outer."
        if level.result is not None:
            yield from ((before + name, type_) for name, type_ in level.result.items.items())
        for name, column in level.table.columns.items():
            yield (before + name, column.type)
            yield from self._beyond(before + name, column.type, steps=2)
        each = level.result.each if level.result else ""
        if at == last and (each or (at == 0 and self.each)):
            yield from (("period", Type("period")), ("period.title", TEXT))
            yield from (("period.from", DATE), ("period.to", DATE))
        if at == last:
            yield from self._other_results("", level.table.id)

    def _beyond(self, name: str, type_: Type, *, steps: int) -> Iterator[Typed]:
        """What can be seen through a reference."""
        if type_.kind != "ref" or not steps:
            return
        for further, column in self.world.tables[type_.table].columns.items():
            yield (f"{name}.{further}", column.type)
            yield from self._beyond(f"{name}.{further}", column.type, steps=steps - 1)
        yield from self._other_results(f"{name}.", type_.table)

    def _other_results(self, before: str, table: str) -> Iterator[Typed]:
        own = self.subject.result
        for result in self.results():
            here = not before and len(self.levels) == 1 and result is own
            if result.of == table and result.each in ("", self.each) and not here:
                yield from (
                    (f"{before}{result.id}.{name}", type_) for name, type_ in result.items.items()
                )


def number(low: int = 0, high: int = 100, places: int = 0, *, bounded: bool = False) -> Column:
    return Column(NUMBER, "number", low, high, places, bounded)


def choice(*options: str) -> Column:
    return Column(Type("choice", options), "choice")


def scale(*options: str) -> Column:
    return Column(Type("scale", options), "scale")


def link(table: str) -> Column:
    return Column(reference(table), table)


A_TEXT = Column(TEXT, "text")
A_DAY = Column(DATE, "date")
A_MOMENT = Column(MOMENT, "moment")
A_TRUTH = Column(BOOLEAN, "boolean")
A_PERIOD = Column(Type("period"), "period")
KEY = Column(TEXT, "text", required=True)

COURSES = """id,field,hours
D1,师德,4
X1,技术,2.5
X2,技术,0
J1,教学,
Y1,养生,7/3
"""


def all_tables(kinds: tuple[str, ...]) -> dict[str, Table]:
    """Every table a pack may use; with periods, reviews say theirs."""
    teacher, school = link("teacher"), link("school")
    review = {
        "reviewer": teacher,
        "reviewed": teacher,
        "score": number(bounded=True, places=1),
        "verdict": scale(*GRADES),
        "in_period": A_PERIOD,
    }
    if not kinds:
        del review["in_period"]
    tables = (
        Table(
            "teacher",
            "roster",
            {
                "id": KEY,
                "name": A_TEXT,
                "school": school,
                "team": A_TEXT,
                "post": choice("教师", "班主任", "管理"),
                "rank": scale(*TITLES),
                "weekly": number(0, 20, 1),
                "mark_a": number(places=1),
                "mark_b": number(places=2),
                "balance": number(-50, 50, 2),
                "born": A_DAY,
                "joined": A_DAY,
                "leads": A_TRUTH,
                "away": A_TRUTH,
                "mentor": teacher,
            },
            key="id",
            name="name",
            unit="school",
        ),
        Table(
            "school",
            "roster",
            {
                "id": KEY,
                "title": A_TEXT,
                "level": choice(*LEVELS),
                "size": Column(NUMBER, "whole", 0, 200),
                "budget": Column(NUMBER, "money", 0, 20_000, 2),
                "rate": number(0, 1, 2),
                "founded": A_DAY,
                "rural": A_TRUTH,
                "parent": school,
            },
            key="id",
            name="title",
            unit="id",
        ),
        Table(
            "leave",
            "register",
            {
                "teacher": teacher,
                "day": A_DAY,
                "kind": choice(*KINDS),
                "days": number(0, 12, 1),
                "signed": A_TRUTH,
                "reason": A_TEXT,
            },
            date="day",
        ),
        Table(
            "lesson",
            "register",
            {
                "no": KEY,
                "teacher": teacher,
                "watcher": teacher,
                "at": A_MOMENT,
                "until": A_MOMENT,
                "mark": number(bounded=True, places=1),
                "verdict": scale(*GRADES),
                "shared": A_TRUTH,
            },
            key="no",
            date="at",
        ),
        Table("review", "review", review, period="in_period" if kinds else ""),
        Table(
            "award",
            "register",
            {
                "school": school,
                "day": A_DAY,
                "level": choice("县级", "市级", "省级"),
                "amount": Column(NUMBER, "money", 0, 500, 2),
                "gain": number(-5, 10, 1),
            },
            date="day",
        ),
        Table(
            "remark",
            "register",
            {
                "lesson": link("lesson"),
                "day": A_DAY,
                "kind": choice("表扬", "批评"),
                "gain": number(-5, 10, 1),
            },
            date="day",
        ),
        Table(
            "pick",
            "register",
            {"teacher": teacher, "course": link("course"), "place": Column(NUMBER, "whole", 1, 5)},
        ),
        Table(
            "decision",
            "register",
            {
                "teacher": teacher,
                "day": A_DAY,
                "new_grade": scale(*GRADES),
                "new_score": number(places=1),
                "minutes": A_TEXT,
                "agreed": Column(NUMBER, "whole", 0, 9),
            },
            date="day",
        ),
        Table(
            "course",
            "list",
            {"id": KEY, "field": choice("师德", "技术", "教学", "养生"), "hours": number(0, 10)},
            key="id",
            rows=COURSES,
        ),
    )
    return {table.id: table for table in tables}
