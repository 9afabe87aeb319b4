"""Random items: one method for each mechanism, with everything that may stand around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kaocheng.engine.language.types import BOOLEAN, DATE, NUMBER, TEXT, Type, reference
from tests.engine.columnar.dice import Dice
from tests.engine.columnar.expressions import Expressions, one_of
from tests.engine.columnar.rankings import Rankings
from tests.engine.columnar.vocabulary import GRADES, LETTERS, Level, Place, Table

Yaml = dict[str, object]

POINTS = ("10", "20", "100", "5", "30", "12.5")
BOUNDS = ("90", "85", "80", "60", "50", "20", "10", "0")
RATES = ("95%", "85%", "60%", "50%", "20%", "0%")
MECHANISMS = (
    *("value", "mark", "band", "count", "compare", "deduct", "add", "choose", "require"),
    *("grade", "seats", "adjust", "pay", "parts"),
)
NUMERIC = ("mark", "value", "band", "count", "compare", "deduct", "add", "require", "parts")


@dataclass
class Items:
    """Writes the items of one result, in order; each may read those before it."""

    dice: Dice
    place: Place
    depth: int = 2
    written: int = 0

    @property
    def say(self) -> Expressions:
        return Expressions(self.dice, self.place)

    def item(self, mechanism: str, *, nesting: int = 0, points: str = "") -> Yaml:
        """One item; its parts stand before it, and nothing it holds reads what comes later."""
        dice, head = self.dice, self._head()
        if dice.chance(18):
            head["when"] = self.say.truth(1)
        if points:
            head["points"] = points
        body, type_ = self._body(mechanism, head, nesting)
        if type_ == NUMBER:
            self._limits(head)
        result = self.place.subject.result
        assert result is not None
        result.items[str(head["id"])] = type_
        if dice.chance(15):
            head["flags"] = [{"when": self._flag(type_, str(head["id"])), "say": "请核对"}]
        return {**head, **body}

    def _head(self) -> Yaml:
        self.written += 1
        result = self.place.subject.result
        assert result is not None
        name = f"{result.id[0]}{self.written}"
        return {"id": name, "title": f"指标{self.written}"}

    def _flag(self, type_: Type, name: str) -> str:
        if type_ == NUMBER:
            return f"{name} {self.dice.pick(('<', '>=', '='))} {self.say.literal()}"
        return self.say.truth(1)

    def _limits(self, head: Yaml) -> None:
        for limit, words in (("floor", ("0", "1", "-5")), ("cap", ("100", "20", "10", "5.5"))):
            if self.dice.chance(14):
                at = self.dice.pick(words) if self.dice.chance(75) else self.say.number(1)
                head[limit] = {"at": at, "when": self.say.truth(0)} if self.dice.chance(25) else at

    def _points(self, head: Yaml, *, percent: int = 100) -> str:
        if "points" not in head and self.dice.chance(percent):
            head["points"] = self.dice.pick(POINTS)
        return str(head.get("points", ""))

    def _body(self, mechanism: str, head: Yaml, nesting: int) -> tuple[Yaml, Type]:
        match mechanism:
            case "parts":
                return self._parts(head, nesting)
            case "seats" | "pay":
                rankings = Rankings(self.dice, self.place)
                body, type_ = rankings.seats() if mechanism == "seats" else rankings.pay()
            case "require" | "choose":
                self._points(head, percent=0 if nesting == 0 else 100)
                numeric = "points" in head or self.dice.chance(40)
                body = self._require() if mechanism == "require" else self._choose()
                if numeric:
                    self._points(head)
                type_ = NUMBER if numeric else BOOLEAN
            case "band":
                body, type_ = self._band(head, numeric=nesting > 0)
            case "grade":
                body, type_ = self._grade()
            case "value":
                body, type_ = self._value(numeric=nesting > 0)
            case "adjust":
                body, type_ = self._adjust()
            case _:
                body, type_ = getattr(self, f"_{mechanism}")(head), NUMBER
        return {mechanism: body}, type_

    # Mechanisms of one subject

    def _value(self, *, numeric: bool) -> tuple[object, Type]:
        say, dice = self.say, self.dice
        wanted = [(60, NUMBER), (14, BOOLEAN), (18, TEXT), (8, DATE)]
        type_ = NUMBER if numeric else dice.weighted(wanted)
        if dice.chance(75) and type_ != TEXT:
            return say.of(type_, self.depth), type_
        if type_ == TEXT and dice.chance(60):
            return say.text(self.depth)
        first = []
        for _ in range(dice.whole(1, 3)):
            then = say.word(GRADES) if type_ == TEXT else say.of(type_, 1)
            first.append({"when": say.truth(1), "then": then})
        words = [str(one["then"]) for one in first]
        body: Yaml = {"first": first}
        if dice.chance(75):
            words.append(say.word(GRADES) if type_ == TEXT else say.of(type_, 1))
            body["otherwise"] = words[-1]
        return body, one_of(words) if type_ == TEXT else type_

    def _mark(self, head: Yaml) -> object:
        of = self.say.number(self.depth)
        if self.dice.chance(75):
            fields = self.place.subject.table.columns
            marks = [name for name in ("mark_a", "mark_b", "mark", "weekly") if name in fields]
            of = self.dice.pick(marks or [self.say.known_number(1)])
        if self.dice.chance(25):
            self._points(head, percent=30)
            return of
        self._points(head, percent=90)
        return {"of": of, "out_of": self.dice.pick(("100", "100", "100", "200", "p_line", "20"))}

    def _band(self, head: Yaml, *, numeric: bool) -> tuple[object, Type]:
        say, dice = self.say, self.dice
        over = dice.chance(45)
        starts = self._descending(RATES if over else BOUNDS, dice.whole(1, 4))
        names = not numeric and "points" not in head and dice.chance(20)
        most = str(self._points(head, percent=50)) if not names else ""
        ends = ["100%" if over else "100", *starts[:-1]]
        printed = dice.chance(35)
        steps: list[Yaml] = []
        for at, (start, end) in enumerate(zip(starts, ends, strict=True)):
            step: Yaml = {"from": start}
            if printed and (at or dice.chance(70)):
                step["to"] = end
            if names:
                step["gives"] = LETTERS[at]
            else:
                step["points"] = most if at == 0 and most else dice.pick(("5", "4", "3.5", "0"))
            steps.append(step)
        if not printed and dice.chance(12):
            steps[0]["from"] = "p_line"
        body: Yaml = {"of": say.number(self.depth), "steps": steps}
        if over:
            body["over"] = say.number(1)
            body["of"] = say.number(1)
        if dice.chance(75) and not names:
            body["otherwise"] = dice.pick(("0", "1", "0.5"))
        if over and dice.chance(30):
            body["if_zero"] = dice.pick(("5", "0", "2"))
        self._setting(body, "boundary", ("better", "worse"), "p_boundary")
        return body, TEXT if names else NUMBER

    def _descending(self, options: Sequence[str], number: int) -> list[str]:
        at = sorted(self.dice.some(range(len(options)), number))
        return [options[one] for one in at]

    def _setting(self, body: Yaml, key: str, words: tuple[str, ...], parameter: str) -> None:
        if self.dice.chance(45):
            body[key] = self.dice.pick((*words, parameter))

    def _count(self, head: Yaml) -> object:
        self._points(head)
        least = self.dice.pick(("2", "3", "1", "10", "0.5", "p_line"))
        if self.dice.chance(20):
            least = self.say.number(1)
        body: Yaml = {"of": self.say.number(self.depth), "at_least": least}
        self._setting(body, "short", ("pro_rata", "nothing"), "p_short")
        return body

    def _compare(self, head: Yaml) -> object:
        self._points(head)
        own = self.say.number(1)
        wide = self.say.aggregate(2) if self.dice.chance(70) else self.say.number(1)
        if self.dice.chance(60):
            wide = f"max(0.5, or_else({wide}, 10))"
        return {"own": own, "mean": wide}

    def _deduct(self, head: Yaml) -> object:
        entries = [self._entry(percent=True) for _ in range(self.dice.whole(1, 3))]
        body: Yaml = {"entries": entries}
        if "points" in head or self.dice.chance(65):
            self._points(head)
        else:
            body["from"] = self.say.number(1)
        return body

    def _add(self, head: Yaml) -> object:
        entries = [self._entry(percent=False) for _ in range(self.dice.whole(1, 3))]
        body: Yaml = {"entries": entries}
        self._setting(body, "take", ("sum", "highest"), "p_take")
        if "points" not in head and self.dice.chance(20):
            head["unit"] = "元"
        return body

    def _entry(self, *, percent: bool) -> Yaml:
        say, dice, kinds = self.say, self.dice, self.place.world.kinds
        entry: Yaml = {"title": "一条"}
        if percent and dice.chance(25):
            entry["percent"] = dice.pick(("10%", "30%", "100%", "p_rate"))
            if dice.chance(60):
                entry["when"] = say.truth(1)
            return entry
        entry["points"] = dice.pick(("1", "2", "0.2", "0.5", "5", "10")) + dice.pick(("", " 分"))
        if dice.chance(12):
            entry["points"] = say.number(1)
        if dice.chance(88):
            counting = say
            if kinds and dice.chance(45):
                entry["each"] = dice.pick(kinds)
                counting = Expressions(dice, replace(self.place, each=str(entry["each"])))
            entry["amount"] = counting.aggregate(2) if dice.chance(75) else counting.number(1)
        if dice.chance(30):
            entry["per"] = dice.pick(("2", "3", "0.5", "1", "10"))
        if dice.chance(30):
            entry["free"] = dice.pick(("1", "2", "3.5", "p_line"))
            self._setting(entry, "over", ("excess", "all"), "p_over")
        elif dice.chance(25):
            entry["short_of"] = dice.pick(("2", "1", "5"))
        if dice.chance(25):
            entry["most"] = dice.pick(("3", "1", "0", "4.5"))
        if dice.chance(25):
            entry["whole"] = "是"
        if dice.chance(25):
            entry["when"] = say.truth(1)
        return entry

    def _require(self) -> object:
        dice, say, needs = self.dice, self.say, []
        for at in range(dice.whole(1, 4)):
            need: Yaml = {"title": f"要求{at + 1}", "need": say.truth(self.depth)}
            if dice.chance(20):
                then = dice.pick(("owed", "met", "unmet"))
                need["if_empty"] = {"of": say.aggregate(2), "then": then}
            needs.append(need)
        body: Yaml = {"needs": needs}
        if dice.chance(35):
            body["at_least"] = dice.pick(("1", "2", "0", "1.5", "p_line"))
        return body

    def _own_tables(self) -> list[Table]:
        """The tables whose rows belong to exactly one subject."""
        subject = self.place.subject.table.id
        tables = self.place.world.tables.values()
        return [one for one in tables if len(one.references(subject)) == 1 and one.id != subject]

    def _choose(self) -> object:
        dice, say = self.dice, self.say
        table = dice.pick(self._own_tables())
        subject = reference(self.place.subject.table.id)
        fields = [name for name, one in table.columns.items() if one.type != subject]
        course = "course" if "course" in fields else ""
        item = course if course and dice.chance(70) else dice.pick(fields)
        body: Yaml = {"picks": table.id, "item": item}
        for key in dice.some(("exactly", "at_least", "at_most"), dice.whole(0, 2)):
            body[key] = dice.pick(("1", "2", "3", "4")) if dice.chance(85) else say.number(1)
        if dice.chance(40):
            body["distinct"] = "否"
        inside = Expressions(dice, self.place.inside(Level(table)))
        column = table.columns[item]
        if dice.chance(25) and (column.type.options or item == "course"):
            options = column.type.options or ("D1", "X1", "J1")
            body["includes"] = [{"pick": say.word(options)}]
        if dice.chance(35):
            covers = {"title": "覆盖", "of": dice.pick(inside.place.names())[0]}
            body["covers"] = [{**covers, "at_least": dice.pick(("1", "2", "3"))}]
        if dice.chance(50):
            rule: Yaml = {"title": "每一项", "must": inside.truth(1)}
            if dice.chance(40):
                rule["when"] = inside.truth(1)
            body["rules"] = [rule]
        return body

    def _grade(self) -> tuple[object, Type]:
        dice, say = self.dice, self.say
        names = GRADES if dice.chance(70) else LETTERS
        starts = self._descending(BOUNDS, dice.whole(1, min(4, len(names) - 1)))
        bands: list[Yaml] = [
            {"from": start, "grade": name} for start, name in zip(starts, names, strict=False)
        ]
        if dice.chance(25) and len(bands) > 1:
            for low, high in zip(bands[1:], bands[:-1], strict=True):
                low["to"] = high["from"]
        elif dice.chance(20):
            bands[0]["from"] = "p_line"
        of = self.say.item() or say.number(self.depth)
        body: Yaml = {"of": of, "bands": bands}
        used = [*names[: len(bands)]]
        if dice.chance(85):
            body["otherwise"] = names[len(bands)]
            used.append(names[len(bands)])
        if dice.chance(30):
            body["fail"] = [{"title": "否决", "when": say.truth(1), "grade": used[-1]}]
        self._setting(body, "boundary", ("better", "worse"), "p_boundary")
        return body, Type("scale", tuple(used))

    def _adjust(self) -> tuple[object, Type]:
        """A grade or a score replaced; a grade only by one of its own scale."""
        dice, say = self.dice, self.say
        tables = [
            one for one in self._own_tables() if one.id in ("decision", "leave", "award", "remark")
        ]
        table = dice.pick(tables or self._own_tables())
        inside = Expressions(dice, self.place.inside(Level(table)))
        scales = [one for one in self.place.names() if set(one[1].options) >= set(GRADES)]
        if "new_grade" in table.columns and scales and dice.chance(60):
            (of, type_), to = dice.pick(scales), "new_grade"
        else:
            of, type_ = say.item() or say.number(1), NUMBER
            to = inside.named(NUMBER) or "60"
        body: Yaml = {"of": of, "register": table.id, "to": to}
        if dice.chance(60):
            body["when"] = inside.truth(1)
        if dice.chance(30):
            body["where"] = inside.truth(0)
        return body, type_

    # Parts

    def _parts(self, head: Yaml, nesting: int) -> tuple[Yaml, Type]:
        dice = self.dice
        combines = ("sum", "sum", "weighted", "mean", "lowest", "highest", "only")
        combine, number = dice.pick(combines), dice.whole(1, 4)
        wanted = str(head.pop("points", ""))
        alike = wanted if combine != "sum" else ""
        if combine != "sum" and not alike and dice.chance(60):
            alike = "100"
        weights = self._weights(number) if combine == "weighted" else []
        parts = []
        either = self.say.truth(1) if combine == "only" and dice.chance(75) else ""
        number = 2 if either else number
        for at in range(number):
            kinds = NUMERIC if nesting < 1 else NUMERIC[:-1]
            part = self.item(dice.pick(kinds), nesting=nesting + 1, points=alike)
            if either:
                part["when"] = f"not ({either})" if at else either
            if weights:
                part["weight"] = weights[at]
            if "when" in part and dice.chance(60):
                part["not_applicable"] = dice.pick(("full", "zero", "drop"))
            if combine == "sum" and dice.chance(15):
                part["bonus"] = "是"
            parts.append(part)
        if combine != "sum" or not wanted:
            self._parent_points(head, parts, combine, alike)
        return {"combine": combine, "parts": parts}, NUMBER

    def _weights(self, number: int) -> list[str]:
        if self.dice.chance(20):
            return [self.say.named(NUMBER) or "1" for _ in range(number)]
        cuts = sorted(self.dice.some(range(1, 10), number - 1))
        ends = zip([0, *cuts], [*cuts, 10], strict=True)
        return [f"{10 * (high - low)}%" for low, high in ends]

    def _parent_points(self, head: Yaml, parts: Sequence[Yaml], combine: str, alike: str) -> None:
        """The full mark of a whole, where it may be written, is that of its parts."""
        if combine != "sum":
            if alike and self.dice.chance(50):
                head["points"] = alike
            return
        counted = [part for part in parts if "bonus" not in part]
        known = [str(part["points"]) for part in counted if "points" in part]
        if counted and len(known) == len(counted) and self.dice.chance(70):
            head["points"] = str(sum(float(one) for one in known)).removesuffix(".0")
