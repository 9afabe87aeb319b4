"""Random expressions of a wanted type, valid where they stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kaocheng.engine.language.types import BOOLEAN, DATE, MOMENT, NUMBER, TEXT, Type
from tests.engine.columnar.dice import Dice
from tests.engine.columnar.sources import Source, source_for
from tests.engine.columnar.vocabulary import (
    GRADES,
    KINDS,
    LEVELS,
    TEAMS,
    WORDS,
    Level,
    Place,
    Typed,
)

NUMBERS = (
    "0",
    "1",
    "2",
    "60",
    "80",
    "10",
    "100",
    "3",
    "0.5",
    "85",
    "12.5",
    "79.5",
    "20%",
    "2.25",
    "2 天",
)
FACTORS = ("2", "0.5", "10", "3", "1.5", "20%", "7", "0.25")
DAYS = ("2024-09-01", "2024-02-29", "2025-01-31", "1985-03-01", "2000-02-28")
EXPRESSION_CHARACTERS = 600  # far below what the language takes, and still readable


def one_of(words: Sequence[str]) -> Type:
    """The type of what is one of some literal texts."""
    options = tuple(dict.fromkeys(word.strip("'") for word in words))
    return Type("choice" if len(options) > 1 else "text", options)


@dataclass(frozen=True)
class Expressions:
    """Writes expressions for one place."""

    dice: Dice
    place: Place

    # By type

    def of(self, type_: Type, depth: int) -> str:
        """An expression whose value may stand where `type_` is wanted."""
        if type_ == NUMBER:
            return self.number(depth)
        if type_ == BOOLEAN:
            return self.truth(depth)
        if type_ in (DATE, MOMENT):
            return self.day(depth, type_)
        return self.word(type_.options) if type_.options else self.text(depth)[0]

    def number(self, depth: int) -> str:
        return self._first_short(self._number, depth)

    def truth(self, depth: int) -> str:
        return self._first_short(self._truth, depth)

    def _first_short(self, make: Callable[[int], str], depth: int) -> str:
        text = make(depth)
        return text if len(text) < EXPRESSION_CHARACTERS else make(0)

    def literal(self) -> str:
        return self.dice.pick(NUMBERS)

    def named(self, *wanted: Type) -> str | None:
        """A name of one of the types; names close by are taken more often."""
        found = [name for name, type_ in self.place.names() if type_ in wanted]
        if not found:
            return None
        dots = 0 if self.dice.chance(65) else 1 if self.dice.chance(75) else 3
        near = [name for name in found if name.count(".") <= dots]
        return self.dice.pick(near or found)

    def item(self) -> str | None:
        """An earlier number of the same result, where there is one."""
        result = self.place.subject.result
        if result is None or len(self.place.levels) > 1:
            return None
        found = [name for name, type_ in result.items.items() if type_ == NUMBER]
        return self.dice.pick(found) if found else None

    def known_number(self, depth: int) -> str:
        """A number that is there even where facts are missing, and seldom negative."""
        if self.dice.chance(30):
            return self.number(depth)
        return f"max(0, or_else({self.number(depth)}, {self.literal()}))"

    def _number(self, depth: int) -> str:
        name = self.named(NUMBER)
        if depth <= 0:
            return self.literal() if name is None or self.dice.chance(25) else name
        makers: list[tuple[int, Callable[[], str]]] = [
            (22, lambda: name or self.literal()),
            (14, lambda: self.item() or name or self.literal()),
            (24, lambda: self.aggregate(depth)),
            (10, lambda: self._sum(depth)),
            (6, lambda: self._product(depth)),
            (4, lambda: self._quotient(depth)),
            (12, lambda: self._function(depth)),
            (3, lambda: f"-{self._inside(self.number(depth - 1))}"),
            (5, self._lookup),
        ]
        return self.dice.weighted(makers)()

    def _sum(self, depth: int) -> str:
        left, right = self.number(depth - 1), self.number(depth - 1)
        return f"{self._inside(left)} {self.dice.pick('+-')} {self._inside(right)}"

    def _product(self, depth: int) -> str:
        left = self._inside(self.number(depth - 1))
        right = self.dice.pick(FACTORS)
        if self.dice.chance(25):
            right = self._inside(self.number(0))
        return f"{left} * {right}"

    def _quotient(self, depth: int) -> str:
        left = self._inside(self.number(depth - 1))
        right = self.dice.pick(FACTORS)
        if self.dice.chance(30):
            right = self.named(NUMBER) or right
        return f"{left} / {right}"

    def _function(self, depth: int) -> str:
        dice, inner = self.dice, depth - 1
        name = dice.pick(
            (
                *("max", "min", "abs", "floor", "ceil", "round", "if", "or_else", "or_else"),
                *("provided", "age", "months_between", "days_between", "year", "month", "day"),
                *("length", "hours_between", "hours_between", "hours_between"),
            )
        )
        match name:
            case "max" | "min":
                more = [self.number(inner) for _ in range(dice.whole(1, 2))]
                return f"{name}({', '.join([self.literal(), *more])})"
            case "abs" | "floor" | "ceil":
                return f"{name}({self.number(inner)})"
            case "round":
                return f"round({self.number(inner)}, {dice.pick('0123')})"
            case "if":
                yes, no = self.number(inner), self.number(inner)
                return f"if({self.truth(inner)}, {yes}, {no})"
            case "or_else":
                return f"or_else({self.number(inner)}, {self.number(0)})"
            case "provided":
                return f"provided({self.truth(inner)}, {self.number(inner)})"
            case "length":
                return f"length({self.text(inner)[0]})"
            case "year" | "month" | "day":
                return f"{name}({self.day(inner, DATE)})"
            case "hours_between":
                moments = [one for one, type_ in self.place.names() if type_ == MOMENT]
                if "at" in moments:
                    moments = [one for one in moments if "." not in one]
                if len(moments) < 2:
                    return self.literal()
                return f"round(hours_between({', '.join(dice.some(moments, 2))}), 1)"
            case _:
                return f"{name}({self.day(0, DATE)}, {self.day(inner, DATE)})"

    def _lookup(self) -> str:
        key = self._text_key()
        if self.dice.chance(65):
            return f"or_else(lookup(p_rates.rate, {key}), {self.literal()})"
        level = self.named(Type("choice", LEVELS)) or "'小学'"
        return f"lookup(p_grid, {level}, {self.named(NUMBER) or '1'})"

    def _text_key(self) -> str:
        return self.named(Type("choice", KINDS), Type("choice", LEVELS)) or "'病假'"

    def day(self, depth: int, type_: Type) -> str:
        name = self.named(type_)
        if type_ == DATE and self.dice.chance(30):
            periods = [one for one, _ in self.place.names() if one.startswith("period.f")]
            name = self.dice.pick(periods) if periods else name
        if type_ == MOMENT:
            return name or self._fail("moment")
        if depth > 0 and self.dice.chance(30):
            found = self._aggregate(("min", "max", "latest"), type_, depth)
            if found is not None:
                return f"or_else({found}, {self.dice.pick(DAYS)})"
        if depth > 0 and self.dice.chance(8):
            return f"date({self.dice.pick(('2024', '2023'))}, {self.dice.whole(1, 12)}, 1)"
        return self.dice.pick(DAYS) if name is None or self.dice.chance(25) else name

    @staticmethod
    def _fail(what: str) -> str:
        raise LookupError(what)

    # Truth

    def _truth(self, depth: int) -> str:
        dice = self.dice
        name = self.named(BOOLEAN)
        if depth <= 0:
            if name is None or dice.chance(50):
                return self._comparison(0)
            return name
        makers: list[tuple[int, Callable[[], str]]] = [
            (28, lambda: self._comparison(depth)),
            (22, lambda: name or self._comparison(0)),
            (16, self._of_text),
            (9, lambda: self._joined(depth)),
            (6, lambda: f"not {self._inside(self.truth(depth - 1))}"),
            (8, lambda: self._any(depth)),
            (6, self._state),
            (8, lambda: self._of_days(depth)),
            (2, lambda: f"or_else({self.truth(depth - 1)}, {dice.pick('是否')})"),
        ]
        return dice.weighted(makers)()

    def _comparison(self, depth: int) -> str:
        left = self.named(NUMBER) or self.literal()
        if depth > 0:
            left = self.number(depth - 1)
        right = self.literal() if self.dice.chance(75) else self.number(0)
        if left == right:
            right = f"{right} + 1"
        sign = self.dice.pick((">=", "<", ">", "<=", "=", "!="))
        return f"{self._inside(left)} {sign} {self._inside(right)}"

    def _joined(self, depth: int) -> str:
        left, right = self.truth(depth - 1), self.truth(depth - 1)
        return f"{self._inside(left)} {self.dice.pick(('and', 'or'))} {self._inside(right)}"

    def _any(self, depth: int) -> str:
        found = self._aggregate(("any", "none"), BOOLEAN, depth)
        return found or self._comparison(0)

    def _state(self) -> str:
        name = self.dice.pick(self.place.names())[0]
        return f"{self.dice.pick(('present', 'applies'))}({name})"

    def _of_days(self, depth: int) -> str:
        left, right = self.day(depth - 1, DATE), self.dice.pick(DAYS)
        if left == right:
            return self._comparison(0)
        return f"{left} {self.dice.pick(('<', '<=', '>', '>=', '='))} {right}"

    def _of_text(self) -> str:
        """A text compared with what it may be."""
        dice = self.dice
        if dice.chance(22) and (same := self._of_two_texts()) is not None:
            return same
        if dice.chance(25) and (graded := self.graded(1)) is not None:
            text, type_ = graded
            if dice.chance(50):
                text = f"lower({text}, {dice.pick(('1', '-1', '2'))})"
            return f"{text} {dice.pick(('=', '!='))} {self.word(type_.options)}"
        found = [
            one
            for one in self.place.names()
            if one[1].is_text and (one[1].kind != "period" or dice.chance(20))
        ]
        if not found:
            return self._comparison(0)
        near = [one for one in found if one[0].count(".") == 0]
        name, type_ = dice.pick(near if near and dice.chance(60) else found)
        word = self.word(type_.options or TEAMS)
        if type_.kind == "text" and not type_.options and dice.chance(30):
            function = dice.pick(("contains", "starts_with"))
            return f"{function}({name}, {self.word(('组', 'A', '1', '语'))})"
        if dice.chance(25):
            more = self.word(type_.options or WORDS)
            return f"{name} in ({word}, {more})"
        return f"{name} {dice.pick(('=', '!='))} {word}"

    def _of_two_texts(self) -> str | None:
        """Two names of one type, of different rows where there are several."""
        found = [one for one in self.place.names() if one[1].is_text]
        names: dict[Type, list[str]] = {}
        for name, type_ in found:
            names.setdefault(type_, []).append(name)
        far = [name for name, _ in found if name.startswith(("own.", "outer."))]
        pairs = [
            (near, other)
            for same in names.values()
            for near in same[:4]
            for other in same
            if near != other and near not in far and (other in far or not far)
        ]
        if not pairs:
            return None
        near, other = self.dice.pick(pairs)
        return f"{near} {self.dice.pick(('=', '=', '!='))} {other}"

    # Text

    def word(self, options: tuple[str, ...]) -> str:
        return f"'{self.dice.pick(options)}'"

    def text(self, depth: int) -> Typed:
        """A text, with the type it has."""
        dice = self.dice
        found = [one for one in self.place.names() if one[1].is_text]
        scales = [one for one in found if one[1].kind == "scale"]
        if scales and depth > 0 and dice.chance(25):
            name, type_ = dice.pick(scales)
            return f"lower({name}, {dice.pick(('1', '2', '-1', '0'))})", type_
        if depth > 0 and dice.chance(20):
            left, right = self.word(GRADES[:2]), self.word(GRADES[1:])
            return f"if({self.truth(depth - 1)}, {left}, {right})", one_of((left, right))
        if depth > 0 and dice.chance(40) and (graded := self.graded(depth)) is not None:
            return graded
        if depth > 0 and dice.chance(10):
            return f"lookup(p_rates.word, {self._text_key()})", TEXT
        if not found or dice.chance(15):
            word = self.word(GRADES)
            return word, one_of((word,))
        near = [one for one in found if one[0].count(".") == 0]
        return dice.pick(near if near and dice.chance(60) else found)

    def graded(self, depth: int) -> Typed | None:
        """The best, worst, latest or only grade of some rows."""
        type_ = Type("scale", GRADES)
        found = self._aggregate(("worst", "best", "worst", "latest", "one"), type_, depth)
        return None if found is None else (found, type_)

    # Aggregates

    def aggregate(self, depth: int) -> str:
        functions = self.dice.pick(
            (
                *(("count",), ("sum",), ("count",), ("sum",), ("mean",), ("mean",), ("max",)),
                *(("min",), ("trimmed_mean",), ("distinct",), ("run",), ("latest",), ("one",)),
            )
        )
        found = self._aggregate(functions, NUMBER, depth)
        if found is None:
            return self._number(0)
        sure = functions[0] in ("count", "sum", "distinct", "run")
        if sure or self.dice.chance(20):
            return found
        return f"or_else({found}, {self.literal()})"

    def _aggregate(self, functions: tuple[str, ...], type_: Type, depth: int) -> str | None:
        """One of the functions over some table, with a value of `type_` where it takes one."""
        if len(self.place.levels) > 3 or (len(self.place.levels) > 1 and self.dice.chance(50)):
            return None
        function = self.dice.pick(functions)
        if function in ("latest", "run") and self.place.world.steady:
            return None  # of rows of the same time, the first in the table goes first
        source = source_for(function, self.dice, self.place)
        if source is None:
            return None
        inner = self._inside_of(source)
        value = self._value(inner, function, type_, depth)
        if value is None:
            return None
        where = ""
        if function == "run" or self.dice.chance(55):
            where = f" where {inner.truth(min(depth - 1, 1))}"
        return f"{function}({value}{source.words}{where})"

    def _value(self, inner: Expressions, function: str, type_: Type, depth: int) -> str | None:
        if function in ("count", "any", "none", "run"):
            return ""
        if function == "distinct":
            return f"{self.dice.pick(inner.place.names())[0]} over "
        if type_ == NUMBER:
            near = inner.named(NUMBER)
            simple = near is not None and self.dice.chance(75)
            return f"{near if simple else inner.number(min(depth - 1, 1))} over "
        name = inner.named(type_)
        return None if name is None else f"{name} over "

    def _inside_of(self, source: Source) -> Expressions:
        return Expressions(self.dice, self.place.inside(Level(source.table, source.result)))

    @staticmethod
    def _inside(text: str) -> str:
        """In brackets where an operator next to it might bind more closely."""
        return f"({text})" if " " in text or text.startswith("-") else text
