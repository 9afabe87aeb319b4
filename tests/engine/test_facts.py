"""Facts: cells are read by the type of their column, and every fault has its cell."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from kaocheng.engine.facts import Facts, read_facts, text_table
from kaocheng.engine.problems import Problems
from kaocheng.engine.values import Missing, NotApplicable
from tests.engine.bench import PERIODS, STAFF, compiled, items

PACK = compiled(items("- {id: x, title: 值, value: weekly}")).pack
LEAVE = "staff,date,kind,days,signed\n"


def read(**tables: str) -> tuple[Facts, list[tuple[str, int, int]]]:
    given = {"staff": STAFF, "periods": PERIODS, "leave": LEAVE, "review": "reviewer,reviewed\n"}
    problems = Problems()
    texts = {
        name: text_table(name, text, source=f"{name}.csv")
        for name, text in {**given, **tables}.items()
    }
    facts = read_facts(PACK, texts, problems=problems)
    return facts, [(one.id, one.place.line, one.place.column) for one in problems]


def test_cells_are_read_by_the_type_of_their_column() -> None:
    facts, problems = read(leave=LEAVE + "a,2024-3-1,病假,7/3,是\nb,2024/10/02,事假,,不适用\n")
    first, second = facts.tables["leave"].rows

    assert problems == []
    assert first.values == {
        "staff": "a",
        "date": date(2024, 3, 1),
        "kind": "病假",
        "days": Fraction(7, 3),
        "signed": True,
    }
    assert second.values["days"] == Missing("“天数”没有填")
    assert second.values["signed"] == NotApplicable("“已审签”填为不适用")


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        ({"leave": LEAVE + "a,2024-03-01,病假,1e3,是\n"}, ("F43", 2, 4)),
        ({"leave": LEAVE + "a,2024-03-01,病假,NaN,是\n"}, ("F43", 2, 4)),
        ({"leave": LEAVE + "a,2024-02-30,病假,1,是\n"}, ("F43", 2, 2)),
        ({"leave": LEAVE + "a,45352,病假,1,是\n"}, ("F43", 2, 2)),
        ({"leave": LEAVE + "a,2024-03-01,病假,1,Y\n"}, ("F43", 2, 5)),
        ({"leave": LEAVE + "a,2024-03-01,婚假,1,是\n"}, ("F44", 2, 3)),
        ({"leave": LEAVE + "z,2024-03-01,病假,1,是\n"}, ("F49", 2, 0)),
        ({"leave": LEAVE + ",2024-03-01,病假,1,是\n"}, ("F47", 2, 1)),
        ({"leave": LEAVE + "a,2024-03-01,病假,1,是,多\n"}, ("F46", 2, 0)),
        ({"leave": "staff,date,kind,天数\n"}, ("F41", 1, 4)),
        ({"leave": "staff,kind,days\n"}, ("F42", 1, 0)),
        ({"staff": STAFF + "a,重,东校,1,,\n"}, ("F48", 6, 0)),
        ({"review": "reviewer,reviewed,score\na,b,101\n"}, ("F45", 2, 3)),
        ({"periods": "kind,id,title,from,to\nterm,t,期,2024-07-01,2024-01-01\n"}, ("F50", 2, 0)),
        ({"periods": "kind,id,title,from,to\nweek,t,周,2024-01-01,2024-01-07\n"}, ("F44", 2, 0)),
        (
            {
                "periods": "kind,id,title,from,to\nterm,a,上,2024-01-01,2024-07-01\n"
                "term,b,下,2024-07-01,2024-12-31\n"
            },
            ("F52", 3, 0),
        ),
        ({"review": "reviewer,reviewed\na,\n"}, ("F61", 2, 0)),
        ({"parameters": "id,value\npol,3\n"}, ("F51", 2, 0)),
        ({"extra": "a\n1\n"}, ("F02", 0, 0)),
    ],
)
def test_fault_in_a_table_is_located(tables: dict[str, str], problem: tuple[str, int, int]) -> None:
    _, problems = read(**tables)

    assert problem in problems


def test_entry_outside_every_period_is_warned_of() -> None:
    _, problems = read(leave=LEAVE + "a,2023-03-01,病假,1,是\n")

    assert problems == [("F60", 2, 2)]


def test_missing_table_is_an_error_because_silence_would_be_a_perfect_score() -> None:
    problems = Problems()

    read_facts(PACK, {"staff": text_table("staff", STAFF, source="s")}, problems=problems)

    missing = {one.place.file for one in problems if one.id == "F40"}
    assert missing == {"leave.csv", "periods.csv", "review.csv"}


def test_parameters_are_overlaid_by_the_table_of_that_name() -> None:
    facts, problems = read(parameters="id,value\npool,12.34\n", sanction="kind,rate\n警告,1/2\n")

    assert problems == []
    assert facts.parameters["pool"] == Fraction("12.34")
    assert facts.parameter_tables["sanction"].rows["警告",]["rate"] == Fraction(1, 2)


def test_lines_of_a_table_may_end_as_on_any_system() -> None:
    table = text_table("staff", "id,name\r\na,甲\rb,乙\n", source="staff.csv")

    assert [row.cells for row in table.rows] == [("a", "甲"), ("b", "乙")]
