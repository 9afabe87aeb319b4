"""Random seats and pay: what is decided over a whole group at once."""

from __future__ import annotations

from dataclasses import dataclass

from kaocheng.engine.language.types import BOOLEAN, NUMBER, TEXT, Type
from tests.engine.columnar.dice import Dice
from tests.engine.columnar.expressions import Expressions, one_of
from tests.engine.columnar.vocabulary import GRADES, LETTERS, Place

Yaml = dict[str, object]

SPREADS = (
    ("30%", "50%", "20%"),
    ("30%", "50%", "10%", "7%", "3%"),
    ("100%",),
    ("1/3", "1/3", "1/3"),
    ("p_rate", "1 - p_rate"),
    ("20%", "0%", "80%"),
)


@dataclass
class Rankings:
    dice: Dice
    place: Place

    @property
    def say(self) -> Expressions:
        return Expressions(self.dice, self.place)

    def _group(self) -> str | None:
        """What a group is made of: a field of the subject, or an earlier text."""
        found = [
            name
            for name, type_ in self.place.at_subject().names()
            if type_.kind in ("ref", "choice", "scale", "text", "boolean") and name.count(".") < 2
        ]
        usual = [name for name in found if name in ("school", "team", "level", "parent")]
        return self.dice.pick(usual if usual and self.dice.chance(75) else found)

    def _setting(self, body: Yaml, key: str, words: tuple[str, ...], parameter: str) -> None:
        if self.dice.chance(45):
            body[key] = self.dice.pick((*words, parameter))

    def seats(self) -> tuple[object, Type]:
        dice, say = self.dice, self.say
        body: Yaml = {"rank": say.item() or say.number(1)}
        if dice.chance(35):
            body["then_by"] = [say.number(1) for _ in range(dice.whole(1, 2))]
        if dice.chance(65):
            body["within"] = self._group()
        if dice.chance(35):
            body["order"] = "lowest"
        if dice.chance(35):
            body["among"] = say.truth(1)
        if dice.chance(30):
            body["base"] = say.truth(1)
        self._setting(body, "ties", ("earlier_id", "leave_out"), "p_ties")
        if dice.chance(45):
            shares = dice.pick(SPREADS)
            names = GRADES if len(shares) == len(GRADES) else LETTERS[: len(shares)]
            body["shares"] = dict(zip(names, shares, strict=True))
            if dice.chance(30):
                body["otherwise"] = say.word(names)
            return body, Type("scale", names)
        return body, self._take(body)

    def _take(self, body: Yaml) -> Type:
        """One grade for some, or 是 where no grade is named."""
        dice, say = self.dice, self.say
        take: Yaml = {}
        limit = dice.pick(("at_most", "fill_to", "number"))
        take[limit] = dice.pick(("30%", "20%", "10%", "50%", "100%", "p_rate", "1/3"))
        if limit == "number":
            take[limit] = dice.pick(("1", "2", "5", "0", "1.5", "count(teacher of all) / 4"))
        self._setting(take, "rounding", ("floor", "ceil", "half_up"), "p_rounding")
        if dice.chance(25):
            take["at_least"] = dice.pick(("1", "2", "0"))
        if dice.chance(25):
            take["filled"] = say.truth(1)
        body["take"] = take
        if dice.chance(40):
            if dice.chance(40):
                body["otherwise"] = say.truth(1)
            return BOOLEAN
        take["grade"] = GRADES[0]
        if not dice.chance(70):
            return TEXT
        rest = self._otherwise(body)
        if not rest.options:
            return TEXT
        better = (GRADES[0], *rest.options)
        if body.get("order") == "lowest":
            better = (*rest.options, GRADES[0])
        return Type("scale", tuple(dict.fromkeys(better)))

    def _otherwise(self, body: Yaml) -> Type:
        """What those get for whom there is no seat."""
        dice, say = self.dice, self.say
        scales = [
            one
            for one in self.place.at_subject().names()
            if one[1].kind == "scale" and GRADES[0] in one[1].options
        ]
        if scales and dice.chance(50):
            body["otherwise"], type_ = dice.pick(scales)
            return type_
        words = [say.word(GRADES[1:]), say.word(GRADES[1:])]
        if dice.chance(40):
            words.pop()
            body["otherwise"] = words[0]
        else:
            body["otherwise"] = f"if({say.truth(1)}, {words[0]}, {words[1]})"
        return one_of(words)

    def pay(self) -> tuple[object, Type]:
        dice = self.dice
        body: Yaml = {"pool": self._pool()}
        if body["pool"] == "school.budget":
            body["within"] = "school"
        elif dice.chance(40):
            body["within"] = self._group()
        if dice.chance(30):
            body["heads"] = self._payees()
        steps: list[Yaml] = []
        for at in range(dice.whole(1, 4)):
            step: Yaml = {"id": f"s{at + 1}", "title": f"第{at + 1}步"}
            if dice.chance(35):
                step["who"] = self._payees()
            if dice.chance(45):
                step["amount"] = self._amount()
            else:
                step["by"] = self._weight()
                self._step_rounding(step)
            steps.append(step)
        body["take"] = steps
        self._setting(body, "rounding", ("each", "together"), "p_pay")
        return body, NUMBER

    def _pool(self) -> str:
        names = self.place.at_subject().subject.table.columns
        pools = ["p_pool", "p_pool / 3", "100 * count(teacher of all) + 0.01", "10000.57"]
        if self.dice.chance(6):
            pools = ["0 - p_pool", "10 * count(leave of all) - 100"]
        if "school" in names:
            pools.extend(("school.budget", "school.budget", "sum(budget over school of all)"))
        return self.dice.pick(pools)

    def _payees(self) -> str:
        name = self.say.named(BOOLEAN)
        if name is not None and self.dice.chance(60):
            return f"or_else({name}, 否)" if self.dice.chance(80) else name
        return f"or_else({self.say.truth(1)}, 是)" if self.dice.chance(50) else self.say.truth(1)

    def _weight(self) -> str:
        found = self.say.item() or self.say.named(NUMBER) or "1"
        return found if self.dice.chance(12) else f"max(0, or_else({found}, 0))"

    def _amount(self) -> str:
        special = ("rest / heads", "rest / max(1, heads * 2)", "rest * 10% / max(1, heads)")
        if self.dice.chance(4):
            return "rest / 2 - 100"
        plain = ("10", "100", "0.005", "1 / 3", "33.335", "if(or_else(mark_a, 0) > 80, 10, 5)")
        known = "mark_a" in self.place.subject.table.columns
        return self.dice.pick((*plain[: 6 if known else 5], *special))

    def _step_rounding(self, step: Yaml) -> None:
        if self.dice.chance(30):
            step["to"] = self.dice.pick(("jiao", "yuan", "fen"))
        if self.dice.chance(30):
            step["remainder"] = "best"
