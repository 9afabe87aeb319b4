"""Whole packs with facts, made at random and valid by construction."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import yaml
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kaocheng.engine.language.types import BOOLEAN, DATE, NUMBER, TEXT, Type
from tests.engine.columnar.dice import Dice, read_from, seeded
from tests.engine.columnar.expressions import Expressions
from tests.engine.columnar.items import MECHANISMS, Items, Yaml
from tests.engine.columnar.tables import FactTables, parameter_value
from tests.engine.columnar.vocabulary import (
    Column,
    Level,
    Place,
    ResultSoFar,
    Table,
    World,
    all_tables,
)

SETTINGS: Mapping[str, tuple[str, ...]] = {
    "p_boundary": ("better", "worse"),
    "p_over": ("excess", "all"),
    "p_short": ("pro_rata", "nothing"),
    "p_ties": ("earlier_id", "leave_out"),
    "p_rounding": ("floor", "ceil", "half_up"),
    "p_take": ("sum", "highest"),
    "p_pay": ("each", "together"),
}
PARAMETERS: Mapping[str, Type] = {
    "p_pool": NUMBER,
    "p_line": NUMBER,
    "p_rate": NUMBER,
    "p_day": DATE,
    "p_flag": BOOLEAN,
    "p_word": TEXT,
}
RATES = {
    "columns": {
        "kind": {"title": "类别", "type": "text"},
        "rate": {"title": "比例", "type": "number"},
        "word": {"title": "说法", "type": "text"},
    },
    "key": ["kind"],
    "rows": "kind,rate,word\n病假,30%,甲\n事假,1/3,乙\n迟到,,不适用\n小学,2,丙\n初中,-1,\n",
}
GRID = {
    "columns": {
        "level": {"title": "学段", "type": "text"},
        "n": {"title": "数", "type": "number"},
        "points": {"title": "分", "type": "number"},
    },
    "key": ["level", "n"],
    "rows": "level,n,points\n小学,1,5\n小学,80,7.5\n初中,1,3\n初中,0,不适用\n高中,2,0\n",
}
PERSONAL = ("born", "balance")
# One string of bytes, not thousands of draws: Hypothesis would vary and repeat parts of these, and
# so look at a fifth as many different packs.
FEWEST_ROLLS, MOST_ROLLS = 3000, 7000
KINDS = ((), ("term",), ("term", "quarter"), ("year", "term"), ("quarter",))


@dataclass(frozen=True, repr=False)
class Generated:
    """A pack as one text (sections as files), and its facts as CSV texts."""

    pack: str
    facts: Mapping[str, str]

    def __str__(self) -> str:
        tables = "".join(f"--- {name}\n{text}" for name, text in self.facts.items())
        return f"{self.pack}{tables}"

    __repr__ = __str__

    def __hash__(self) -> int:
        return hash(str(self))


@dataclass(frozen=True)
class Emphasis:
    """Which mechanisms, subjects and periods occur more often; nothing is left out."""

    mechanisms: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    periods: bool = False
    steady: bool = False


ANYTHING = Emphasis()


def generated(emphasis: Emphasis = ANYTHING) -> SearchStrategy[Generated]:
    """Packs with facts. `smaller.smallest` shrinks them better than Hypothesis can."""
    rolls = st.binary(min_size=FEWEST_ROLLS, max_size=MOST_ROLLS)
    return rolls.map(lambda bytes_: _Author(read_from(bytes_), emphasis).generated())


def numbered(seed: int, emphasis: Emphasis = ANYTHING) -> Generated:
    """The same pack and facts for the same number."""
    return _Author(seeded(seed), emphasis).generated()


_QuickDumper = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper


class _Dumper(_QuickDumper):  # type: ignore[misc,valid-type]  # one of two
    def ignore_aliases(self, _data: object) -> bool:
        return True


def _as_written(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    node: yaml.ScalarNode = dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)
    return node


_Dumper.add_representer(str, _as_written)


def words_in(content: object) -> set[str]:
    """Every word that a tree of texts holds, also inside of expressions."""
    if isinstance(content, Mapping):
        return words_in([*content.keys(), *content.values()])
    if isinstance(content, list):
        return set().union(*(words_in(one) for one in content))
    return set(re.findall(r"\w+", str(content)))


def in_yaml(content: object) -> str:
    """Innermost lists and mappings on one line, texts of several lines as they are."""
    return yaml.dump(
        content,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=100_000,
        default_flow_style=None,
    )


@dataclass
class _Author:
    dice: Dice
    emphasis: Emphasis

    def generated(self) -> Generated:
        dice, emphasis = self.dice, self.emphasis
        kinds = dice.pick(KINDS[1:]) if emphasis.periods else dice.pick(KINDS)
        world = World(all_tables(kinds), {**PARAMETERS}, kinds, emphasis.steady)
        self._choose_what_counts(world)
        results = [self._result(world, at) for at in range(dice.pick((2, 1, 3, 2)))]
        scheme: Yaml = {"language": "1", "id": "G", "title": "测试方案"}
        scheme.update({"source": {"document": "测试通知"}, "results": results})
        tables = self._used(world.tables, words_in(scheme))
        registers = _registers(tables, kinds)
        parameters = self._parameters(words_in([scheme, registers]))
        sections: Yaml = {"scheme": scheme, "registers": registers}
        if parameters:
            sections["parameters"] = {"language": "1", "parameters": parameters}
        writer = FactTables(dice, tables, kinds, clean=dice.chance(45))
        facts = writer.texts()
        given = [one["id"] for one in parameters if one["type"] != "table" and dice.chance(20)]
        if given:
            facts["parameters"] = self._overlay([str(one) for one in given])
        return Generated(in_yaml(sections), facts)

    # Results

    def _result(self, world: World, at: int) -> Yaml:
        dice, emphasis = self.dice, self.emphasis
        subjects = (*("teacher",) * 8, *("school",) * 4, *("lesson",) * 2, "course")
        of = dice.pick(emphasis.subjects or subjects)
        name = f"{'abcd'[at]}_result"
        result = ResultSoFar(name, of)
        body: Yaml = {"id": name, "title": f"结果{at + 1}", "of": of}
        if world.kinds and dice.chance(60 if emphasis.periods else 30):
            result.each = body["each"] = dice.pick(world.kinds)
        before = tuple(one.id for one in world.results)
        level = Level(world.tables[of], result)
        place = Place(world, (level,), result.each, (), before)
        say = Expressions(dice, place)
        if dice.chance(20):
            body["where"] = say.truth(1)
        exempt = self._exempt(say) if dice.chance(22) else {}
        world.results.append(result)
        items = Items(dice, replace(place, open_results=(*before, name)))
        written = [items.item(self._mechanism(world)) for _ in range(dice.pick((3, 1, 5, 2, 7)))]
        if exempt:
            self._give(exempt, result, say)
            body["exempt"] = [exempt]
        body["items"] = written
        return body

    def _mechanism(self, world: World) -> str:
        found: tuple[str, ...] = MECHANISMS
        if self.emphasis.mechanisms and self.dice.chance(60):
            found = self.emphasis.mechanisms
        name = self.dice.pick(found)
        return "value" if name == "adjust" and world.steady else name

    def _exempt(self, say: Expressions) -> Yaml:
        return {"id": "exempt", "title": "免予考核", "when": say.truth(1)}

    def _give(self, exempt: Yaml, result: ResultSoFar, say: Expressions) -> None:
        """Values carried over; they read nothing of the result itself."""
        numbers = [name for name, type_ in result.items.items() if type_ == NUMBER]
        names = self.dice.some(numbers, self.dice.whole(0, 2))
        fields = replace(result, items={})
        place = replace(say.place, levels=(Level(say.place.subject.table, fields),))
        gives = {one: Expressions(self.dice, place).number(1) for one in names}
        if gives:
            exempt["gives"] = gives

    # Registers and parameters

    def _choose_what_counts(self, world: World) -> None:
        """Some tables say which of their rows count."""
        for name, usual in (("leave", "signed"), ("teacher", "not away"), ("lesson", "")):
            table = world.tables[name]
            if self.dice.chance(15):
                place = Place(world, (Level(table),))
                condition = usual
                if not usual or self.dice.chance(40):
                    condition = _plain_truth(self.dice, place)
                world.tables[name] = replace(table, counts_when=condition)

    def _used(self, tables: Mapping[str, Table], named: set[str]) -> dict[str, Table]:
        """The tables and columns that the scheme names, and what these rest on."""
        whole = self.dice.chance(10)
        words = named | words_in([table.counts_when for table in tables.values()])
        found: dict[str, Table] = {}
        waiting = [name for name in tables if name in words]
        while waiting:
            table = tables[waiting.pop()]
            fixed = {table.key, table.name, table.unit, table.date, table.period}
            columns = {
                name: column
                for name, column in table.columns.items()
                if whole or name in words or name in fixed or table.kind == "list"
            }
            found[table.id] = replace(table, columns=columns)
            links = (one.type.table for one in columns.values() if one.type.kind == "ref")
            waiting.extend(one for one in links if one not in found and one not in waiting)
        return {name: found[name] for name in tables if name in found}

    def _parameters(self, words: set[str]) -> list[Yaml]:
        found: list[Yaml] = []
        types = {**PARAMETERS, **{one: Type("choice", two) for one, two in SETTINGS.items()}}
        for name, type_ in types.items():
            if name not in words:
                continue
            body: Yaml = {"id": name, "title": f"参数{name[2:]}", "type": type_.kind}
            if type_.options:
                body["options"] = {one: f"读法{one}" for one in type_.options}
            if not self.dice.chance(4):
                body["default"] = parameter_value(self.dice, name, type_)
            found.append(body)
        for name, table in (("p_rates", RATES), ("p_grid", GRID)):
            if name in words:
                body = {"id": name, "title": "对照表", "type": "table", **table}
                if self.dice.chance(5):
                    del body["rows"]
                found.append(body)
        return found

    def _overlay(self, names: Sequence[str]) -> str:
        types = {**PARAMETERS, **{one: Type("choice", two) for one, two in SETTINGS.items()}}
        rows = [f"{name},{parameter_value(self.dice, name, types[name])}\n" for name in names]
        return "id,value\n" + "".join(rows)


def _plain_truth(dice: Dice, place: Place) -> str:
    """A condition on the row itself, and on what its references lead to."""
    return Expressions(dice, place).truth(0)


def _registers(tables: Mapping[str, Table], kinds: Sequence[str]) -> Yaml:
    body: Yaml = {"language": "1"}
    if kinds:
        body["periods"] = {kind: f"周期{kind}" for kind in kinds}
    body["registers"] = [_register(table) for table in tables.values()]
    return body


def _register(table: Table) -> Yaml:
    body: Yaml = {"id": table.id, "title": f"表{table.id}", "kind": table.kind}
    for key in ("key", "name", "unit", "date", "period", "counts_when", "rows"):
        if value := getattr(table, key):
            body[key] = value
    body["fields"] = {name: _field(name, column) for name, column in table.columns.items()}
    return body


def _field(name: str, column: Column) -> Yaml:
    word = column.type.table if column.type.kind == "ref" else column.word
    body: Yaml = {"title": f"栏{name}", "type": word}
    if column.type.options:
        body["values"] = list(column.type.options)
    if column.bounded:
        body.update({"least": str(column.low), "most": str(column.high)})
    if column.required:
        body["required"] = "是"
    if name in PERSONAL:
        body["personal"] = "是"
    return body
