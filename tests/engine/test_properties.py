"""What holds for every pack, every fact and every value."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaocheng.engine import mechanisms, verbs
from kaocheng.engine.cases import case_facts
from kaocheng.engine.compile import Compiled
from kaocheng.engine.expressions.bound import BBinary, BCall, Bound, BSpecial, BUnary
from kaocheng.engine.facts import Facts, read_facts, text_table
from kaocheng.engine.language.types import BOOLEAN, NUMBER
from kaocheng.engine.problems import Problems
from kaocheng.engine.reference.evaluate import Environment, evaluate
from kaocheng.engine.reference.run import Run
from kaocheng.engine.values import Missing, NotApplicable, Value, is_known, is_number
from tests.engine.bundles import compile_bundle

EXAMPLES = {
    path.stem: path.read_text("utf-8")
    for path in sorted((Path(mechanisms.__file__).parent / "examples").glob("*.yaml"))
}


def compiled(name: str) -> Compiled:
    found, _ = compile_bundle(EXAMPLES[name])
    assert found is not None
    return found


PACKS = {name: compiled(name) for name in EXAMPLES}

# Facts in any order


def values_of(run: Run) -> dict[tuple[str, ...], tuple[Value, tuple[str, ...]]]:
    return {
        (*column, *key): (outcome.value, outcome.flags)
        for column, outcomes in run.outcomes.items()
        for key, outcome in outcomes.items()
    }


def in_words(value: Value) -> object:
    """A value without the reason it is missing, which names lines of the table."""
    return type(value).__name__ if not is_known(value) else value


@given(st.sampled_from(sorted(EXAMPLES)), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_of_the_rows_never_matters(name: str, random: object) -> None:
    pack = PACKS[name]
    for case in pack.pack.cases:
        facts = case_facts(pack.pack, case, problems=Problems())
        shuffled = dict(case.facts)
        for table, text in case.facts.items():
            head, *rows = text.strip().splitlines()
            random.shuffle(rows)  # type: ignore[attr-defined]  # Hypothesis's own Random
            shuffled[table] = "\n".join([head, *rows])
        again = read_again(pack, facts, shuffled, case.parameters)

        before = values_of(verbs.run(pack, facts))
        after = values_of(verbs.run(pack, again))

        assert {key: in_words(value) for key, (value, _) in after.items()} == {
            key: in_words(value) for key, (value, _) in before.items()
        }
        assert {key: flags for key, (_, flags) in after.items()} == {
            key: flags for key, (_, flags) in before.items()
        }


def read_again(pack: Compiled, facts: Facts, texts: dict[str, str], parameters: object) -> Facts:
    """The facts of `texts`, with the parameters and empty tables that `facts` has."""
    tables = {name: text_table(name, text, source=name) for name, text in texts.items()}
    read = read_facts(pack.pack, tables, problems=Problems())
    assert parameters is not None
    return Facts(read.tables, read.periods, facts.parameters, facts.parameter_tables)


# Deductions and additions on any facts


LEAVES = st.lists(
    st.tuples(
        st.sampled_from(["T1", "T2"]),
        st.sampled_from(["2024-10-08", "2025-03-03"]),
        st.sampled_from(["病假", "迟到", "旷工"]),
        st.sampled_from(["0", "0.5", "1", "7/3", "12", ""]),
    ),
    max_size=12,
)


@given(LEAVES, st.sampled_from(["excess", "all"]))
@settings(max_examples=150)
def test_lines_of_a_deduction_add_up_exactly_and_stay_within_its_bounds(
    leaves: list[tuple[str, ...]], reading: str
) -> None:
    pack = PACKS["deduct"]
    texts = {
        "periods": pack.pack.cases[0].facts["periods"],
        "teacher": "id,warned,wrote_review\nT1,否,否\nT2,是,否\n",
        "leave": "teacher,day,kind,days\n" + "".join(",".join(row) + "\n" for row in leaves),
        "parameters": f"id,value\nsick_over,{reading}\n",
    }
    tables = {name: text_table(name, text, source=name) for name, text in texts.items()}
    run = verbs.run(pack, read_facts(pack.pack, tables, problems=Problems()))

    for outcome in run.outcomes["attendance", "base"].values():
        if is_number(outcome.value):
            parts = [line.value for line in outcome.lines if is_number(line.value)]
            assert sum(parts, Fraction(0)) == outcome.value
            assert 0 <= outcome.value <= 20
        else:
            assert isinstance(outcome.value, Missing)
            assert outcome.value.low is not None
            assert outcome.value.high is not None
            assert 0 <= outcome.value.low <= outcome.value.high <= 20


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 100)), min_size=1, max_size=9),
    st.integers(0, 10_000_00),
)
@settings(max_examples=150)
def test_pay_uses_up_the_pool_or_pays_nobody(
    people: list[tuple[bool, bool, int]], fen: int
) -> None:
    pack = PACKS["pay"]
    rows = "".join(
        f"T{at:02},{'是' if head else '否'},{'是' if resting else '否'},{score}\n"
        for at, (head, resting, score) in enumerate(people)
    )
    texts = {
        "teacher": "id,leads_class,on_leave,score\n" + rows,
        "parameters": f"id,value\npool,{Fraction(fen, 100).__float__():.2f}\n",
    }
    tables = {name: text_table(name, text, source=name) for name, text in texts.items()}
    run = verbs.run(pack, read_facts(pack.pack, tables, problems=Problems()))

    paid = [outcome.value for outcome in run.outcomes["wages", "paid"].values()]
    amounts = [value for value in paid if is_number(value)]
    assert len(amounts) in (0, len(paid))
    assert all(amount >= 0 and (amount * 100).denominator == 1 for amount in amounts)
    someone_scores = any(not resting and score for _, resting, score in people)
    if amounts and someone_scores:
        assert sum(amounts, Fraction(0)) == Fraction(fen, 100)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30))
@settings(max_examples=150)
def test_seats_are_filled_in_order_and_never_exceeded(scores: list[int]) -> None:
    pack = PACKS["seats"]
    rows = "".join(f"T{at:02},甲校,{score},是,否\n" for at, score in enumerate(scores))
    texts = {"teacher": "id,school,score,counted,already_talked\n" + rows}
    tables = {name: text_table(name, text, source=name) for name, text in texts.items()}
    run = verbs.run(pack, read_facts(pack.pack, tables, problems=Problems()))

    grades = {key[0]: one.value for key, one in run.outcomes["yearly", "level"].items()}
    excellent = [at for at in range(len(scores)) if grades[f"T{at:02}"] == "优秀"]
    others = [at for at in range(len(scores)) if at not in excellent]
    assert len(excellent) <= len(scores) // 5
    if excellent and others:
        assert min(scores[at] for at in excellent) > max(scores[at] for at in others)
    bands = [one.value for one in run.outcomes["yearly", "band_grade"].values()]
    assert abs(bands.count("A") - Fraction(3 * len(scores), 10)) < 1


# The three states

STATES = [Missing("没有填"), NotApplicable("不适用")]
NUMBERS = st.one_of(st.fractions(), st.sampled_from(STATES))
TRUTHS = st.sampled_from([True, False, *STATES])
ARITHMETIC: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def worth(node: Bound, **names: Value) -> Value:
    return evaluate(node, Environment(cast("Run", None), (), special=names))


A, B = BSpecial("a", NUMBER, "甲"), BSpecial("b", NUMBER, "乙")
P, Q = BSpecial("p", BOOLEAN, "甲"), BSpecial("q", BOOLEAN, "乙")


@given(NUMBERS, NUMBERS, st.sampled_from(sorted(ARITHMETIC)))
def test_arithmetic_is_exact_and_missing_before_not_applicable(
    a: Value, b: Value, sign: str
) -> None:
    found = worth(BBinary(sign, A, B, NUMBER), a=a, b=b)

    if is_number(a) and is_number(b):
        assert found == ARITHMETIC[sign](a, b)
    elif Missing in (type(a), type(b)):
        assert isinstance(found, Missing)
    else:
        assert isinstance(found, NotApplicable)


@given(NUMBERS, NUMBERS, st.sampled_from(["+", "*", "=", "!="]))
def test_order_of_operands_never_decides_the_state(a: Value, b: Value, sign: str) -> None:
    one = worth(BBinary(sign, A, B, NUMBER), a=a, b=b)
    other = worth(BBinary(sign, A, B, NUMBER), a=b, b=a)

    assert one == other


@given(NUMBERS)
def test_division_by_zero_is_missing(a: Value) -> None:
    found = worth(BBinary("/", A, B, NUMBER), a=a, b=Fraction(0))

    assert isinstance(found, NotApplicable if isinstance(a, NotApplicable) else Missing)


@given(TRUTHS, TRUTHS)
def test_logic_is_decided_by_what_is_known_in_either_order(p: Value, q: Value) -> None:
    for sign, decides in (("and", False), ("or", True)):
        found = worth(BBinary(sign, P, Q, BOOLEAN), p=p, q=q)

        assert found == worth(BBinary(sign, P, Q, BOOLEAN), p=q, q=p)
        if decides in (p, q):
            assert found is decides
        elif is_known(p) and is_known(q):
            assert found is (not decides)
        else:
            assert not is_known(found)


@given(TRUTHS, TRUTHS)
def test_not_over_and_is_or_over_not(p: Value, q: Value) -> None:
    left = BUnary("not", BBinary("and", P, Q, BOOLEAN), BOOLEAN)
    right = BBinary("or", BUnary("not", P, BOOLEAN), BUnary("not", Q, BOOLEAN), BOOLEAN)

    assert worth(left, p=p, q=q) == worth(right, p=p, q=q)


@given(NUMBERS, st.fractions())
def test_or_else_is_always_known(a: Value, fallback: Fraction) -> None:
    found = worth(BCall("or_else", (A, B), NUMBER), a=a, b=fallback)

    assert found == (a if is_known(a) else fallback)


@pytest.mark.parametrize("state", STATES)
def test_state_is_asked_about_by_present_and_applies(state: Value) -> None:
    present = worth(BCall("present", (A,), BOOLEAN), a=state)
    applies = worth(BCall("applies", (A,), BOOLEAN), a=state)

    assert (present, applies) == (not isinstance(state, Missing), isinstance(state, Missing))
