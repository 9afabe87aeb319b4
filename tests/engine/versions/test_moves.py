"""Who moves, and by which change: through an own score, or only through those of others."""

from __future__ import annotations

from fractions import Fraction

from kaocheng.engine import verbs
from kaocheng.engine.facts import text_table
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problems
from kaocheng.engine.versions import compare_packs
from kaocheng.engine.versions.columns import Columns, columns_of
from kaocheng.engine.versions.moves import ResultMoves, moves
from tests.engine.versions.schools import school

TEACHERS = "id,school,level\na,东,甲\nb,东,乙\nc,西,乙\n"
# a is away for 5 days on business of their own, b is ill for 10, c for 20.
LEAVE = "teacher,kind,days\na,事假,5\nb,病假,10\nc,病假,20\n"
ONE_PRIZE = ("take: {at_most: 30%}", "take: {number: 1}")


def columns(pack: Pack) -> Columns:
    problems = Problems()
    compiled = verbs.compile(pack, problems=problems)
    assert compiled is not None
    tables = {
        name: text_table(name, text, source=f"{name}.csv")
        for name, text in (("teacher", TEACHERS), ("leave", LEAVE))
    }
    return columns_of(verbs.run(compiled, verbs.facts(pack, tables, problems=problems)))


def moved(*replaced: tuple[str, str], by: str | None = None) -> ResultMoves:
    old, new = school(ONE_PRIZE), school(ONE_PRIZE, *replaced, file="b.yaml")
    (result,) = moves(columns(old), columns(new), compare_packs(old, new), by=by)
    return result


def test_same_versions_move_nobody() -> None:
    result = moved()

    assert list(result.moved) == []
    assert [(row.key, row.items, row.causes) for row in result.rows] == [
        (("a", ""), (), ()),
        (("b", ""), (), ()),
        (("c", ""), (), ()),
    ]


def test_own_score_and_the_scores_of_others_move_a_seat() -> None:
    result = moved(("points: 0.2", "points: 0.3"))
    a, b, c = result.rows

    assert [row.score_change for row in (a, b, c)] == [0, -1, -2]
    assert [(row.old and row.old.rank, row.new and row.new.rank) for row in (a, b, c)] == [
        (2, 1),
        (1, 2),
        (3, 3),
    ]
    assert [(row.old and row.old.seats, row.new and row.new.seats) for row in (a, b)] == [
        ({"prize": False}, {"prize": True}),
        ({"prize": True}, {"prize": False}),
    ]
    assert [(row.causes, row.by_others) for row in (a, b, c)] == [
        ((0,), True),
        ((0,), False),
        ((0,), False),
    ]
    assert [(item.item, item.old, item.new) for item in b.items] == [
        ("attendance", Fraction(58), Fraction(57)),
        ("total", Fraction(96), Fraction(95)),
        ("prize", True, False),
    ]


def test_cause_is_the_change_that_acts_on_the_row() -> None:
    result = moved(("points: 0.5", "points: 0.4"), ("default: 38", "default: 36"))

    assert [row.causes for row in result.rows] == [(0, 1), (1,), (1,)]


def test_parameter_acts_wherever_it_is_read() -> None:
    result = moved(("default: 38", "default: 36"))

    assert [row.score_change for row in result.rows] == [-2, -2, -2]
    assert [row.causes for row in result.rows] == [(0,), (0,), (0,)]


def test_who_is_no_longer_assessed_has_moved() -> None:
    result = moved(("      of: teacher\n", "      of: teacher\n      where: level = '乙'\n"))
    a, b, _ = result.rows

    assert (a.new, a.causes) == (None, (0,))
    assert a.is_moved
    assert b.score_change == 0
    assert [row.key[0] for row in result.moved] == ["a"]


def test_groups_are_those_of_the_field() -> None:
    assert [row.group for row in moved(by="level").rows] == ["甲", "乙", "乙"]
    assert [row.group for row in moved().rows] == [None, None, None]


def test_score_on_the_line_is_counted() -> None:
    result = moved(("from: 85", "from: 94"))

    assert [row.new and row.new.is_on_boundary for row in result.rows] == [False, False, True]
    assert [row.old and row.old.is_on_boundary for row in result.rows] == [False, False, False]
