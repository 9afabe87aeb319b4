"""L14: what a share of seats, or a rate, comes to in a group of three, five or ten people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import count, groupby, islice
from operator import itemgetter

from kaocheng.engine.exact import exact_text
from kaocheng.engine.expressions.bound import BAggregate
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.shape import SettingValue
from kaocheng.engine.lint.look import Finding, Look
from kaocheng.engine.mechanisms.band import Band
from kaocheng.engine.mechanisms.seats import Seats, Take
from kaocheng.engine.mechanisms.steps import Step, find_step, literal_steps
from kaocheng.methods.shares import SeatRounding, largest_remainder, rounded_half_up, seat_limit

_SIZES = (1, 2, 3, 5, 10, 20)
_MOST_SEARCHED = 1_000
_ROUNDINGS: dict[str, SeatRounding] = {"floor": "floor", "ceil": "ceil", "half_up": "half_up"}


def small_groups(look: Look) -> Iterator[Finding]:
    told: set[str] = set()
    for column, item in look.items.items():
        words = None
        if isinstance(item.spec, Seats):
            words = _seats(look, item.spec)
        elif isinstance(item.spec, Band) and _is_of_people(look, item.spec.over):
            words = _one_missing(literal_steps(item.spec.steps))
        if words is not None and words[0] not in told:
            table, table_en = words
            told.add(table)
            values = {"title": item.title, "table": table, "table_en": table_en}
            yield look.at_item("L14", column, item.place, **values)


def _is_of_people(look: Look, over: Expr | None) -> bool:
    """Whether a rate is one of people, so that one more or less makes a difference."""
    bound = None if over is None else look.compiled.bound.get(over)
    if not isinstance(bound, BAggregate) or bound.function != "count" or bound.is_result:
        return False
    return look.pack.registers[bound.source].kind == "roster"


def _seats(look: Look, spec: Seats) -> tuple[str, str] | None:
    if spec.take is None:
        shares = {grade: look.figure(share) for grade, share in spec.shares.items()}
        return _distributed({one: share for one, share in shares.items() if share is not None})
    return _taken(look, spec.take)


def _distributed(shares: dict[str, Fraction]) -> tuple[str, str] | None:
    """How many of each grade there are, by largest remainder, and from when all have one."""
    if not shares or sum(shares.values()) != 1:
        return None
    weights = list(shares.values())

    def parts(people: int) -> list[int]:
        return largest_remainder(people, weights)

    rows = {people: parts(people) for people in _SIZES}
    cells = [f"{people} 人 {_row(shares, row)}" for people, row in rows.items()]
    cells_en = [f"{people}: {_row(shares, row)}" for people, row in rows.items()]
    whole = next((one for one in range(1, _MOST_SEARCHED) if all(parts(one))), None)
    last = "" if whole is None else f"；满 {whole} 人才每档都有"
    last_en = "" if whole is None else f"; every grade has somebody from {whole} people on"
    return "；".join(cells) + last, "; ".join(cells_en) + last_en


def _row(shares: dict[str, Fraction], seats: list[int]) -> str:
    return " ".join(
        f"{grade}{number}" for grade, number in zip(shares, seats, strict=True) if number
    )


def _taken(look: Look, take: Take) -> tuple[str, str] | None:
    share = look.figure(take.at_most or take.fill_to)
    if share is None or not 0 < share < 1:
        return None
    rounding: SeatRounding = "ceil" if take.fill_to is not None else "floor"
    rounding = _ROUNDINGS[_word(look, take.rounding, rounding)]
    least = look.figure(take.at_least) or Fraction(0)
    seats = [max(int(least), seat_limit(share, people, rounding=rounding)) for people in _SIZES]
    runs = [
        (seat, [one for one, _ in run]) for seat, run in _alike(zip(_SIZES, seats, strict=True))
    ]
    cells = "；".join(f"{_sizes(sizes)} 人 {seat} 名" for seat, sizes in runs)
    cells_en = "; ".join(f"{_sizes(sizes)}: {seat}" for seat, sizes in runs)
    if seats[0]:
        return cells, cells_en
    known = (people for people in count(1) if seat_limit(share, people, rounding=rounding))
    first = next(islice(known, 1))
    return (
        f"{cells}；不满 {first} 人的没有名额",
        f"{cells_en}; nobody below {first} people",
    )


def _alike(seats: Iterable[tuple[int, int]]) -> Iterable[tuple[int, Iterable[tuple[int, int]]]]:
    return groupby(seats, key=itemgetter(1))


def _sizes(sizes: list[int]) -> str:
    return str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]}—{sizes[-1]}"


def _word(look: Look, setting: SettingValue | None, default: str) -> str:
    if setting is None:
        return default
    return setting.word or look.pack.parameters[setting.parameter].default or default


def _one_missing(steps: list[Step]) -> tuple[str, str] | None:
    """What one person short costs: in a group of three it is a third of the rate."""
    cells, cells_en = [], []
    for people in (3, 5, 10, 20):
        rate = Fraction(people - 1, people)
        step = find_step(rate, steps, boundary="better")
        if step is None or step.points is None:
            return None
        shown, points = exact_text(rounded_half_up(rate * 100, places=1)), exact_text(step.points)
        cells.append(f"{people} 人的是 {shown}%，得 {points} 分")
        cells_en.append(f"{people}: {shown} %, {points}")
    return "少 1 人时，" + "；".join(cells), "with one short, " + "; ".join(cells_en)
