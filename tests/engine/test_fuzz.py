"""Whatever is thrown at the readers, they answer with problems, never with an exception."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaocheng.engine import mechanisms, verbs
from kaocheng.engine.cases import run_case
from kaocheng.engine.exact import NotExact, exact_text, read_exact
from kaocheng.engine.expressions.parse import parse_expression
from kaocheng.engine.facts import read_facts, text_table
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.reading.packs import read_bundle, read_pack
from kaocheng.engine.reading.yaml_text import Mapping, Scalar, read_yaml
from tests.engine.bundles import compile_bundle

EXAMPLES = [
    path.read_text("utf-8")
    for path in sorted((Path(mechanisms.__file__).parent / "examples").glob("*.yaml"))
]
WORDS = st.sampled_from(
    [
        *(
            "count(",
            "sum(",
            "mean(",
            "over ",
            "where ",
            "by ",
            "of ",
            "in (",
            "not ",
            "and ",
            "or ",
        ),
        *("days", "own.x", "param.y", "'文字'", "'", "2024-02-30", "2024-02-29", "95%", "1e400"),
        *(
            "2 天",
            "0.",
            "(",
            ")",
            "(((",
            ",",
            "+",
            "-",
            "*",
            "/",
            "=",
            "<=",
            "（",
            "，",
            "是",
            "否",
        ),
        *("\x00", "\ud7ff", "\U0001f600", "\t", "\n", "NaN", "nan", "inf", "0010", "12:30", "<<"),
        *("if(", "lookup(", "round(", "%", "..", "a.b.c", "_", "#", "\\", '"'),
    ]
)
EXPRESSIONS = st.one_of(
    st.text(max_size=80),
    st.lists(WORDS, max_size=25).map(" ".join),
    st.lists(WORDS, max_size=25).map("".join),
)
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "不适用", "1", "-0", "7/3", "1/0", "9" * 60, "NaN", "2024-02-30", "是"]),
)


def assert_tellable(problems: Problems) -> None:
    for one in problems:
        for language in ("zh", "en"):
            assert one.reason(language)
            assert one.remedy(language)


@given(EXPRESSIONS)
@settings(max_examples=400)
def test_any_text_is_an_expression_or_a_problem(text: str) -> None:
    problems = Problems()

    found = parse_expression(Scalar(text, Place("x", 1, 1)), problems=problems)

    assert (found is None) == bool(problems.errors)
    assert_tellable(problems)


@given(st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=40).map("\n".join)))
@settings(max_examples=300)
def test_any_text_is_yaml_or_a_problem(text: str) -> None:
    problems = Problems()

    found = read_yaml(text, file="x", problems=problems)

    assert found is not None or problems.errors
    assert_tellable(problems)


@given(content=st.binary(max_size=300))
@settings(max_examples=150)
def test_any_bytes_are_a_pack_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("pack")
    (folder / "scheme.yaml").write_bytes(content)
    (folder / "registers.yaml").write_bytes(content)
    problems = Problems()

    assert read_pack(folder, problems=problems) is None
    assert problems.errors
    assert_tellable(problems)


MUTATIONS = st.one_of(
    st.sampled_from(["delete", "double", "swap", "cut"]).map(lambda what: (what, "")),
    st.tuples(st.just("insert"), EXPRESSIONS),
    st.tuples(st.just("value"), EXPRESSIONS),
)


def mutated(text: str, at: int, what: str, new: str) -> str:
    """One line of the pack deleted, doubled, swapped, cut, or given another value."""
    lines = text.splitlines()
    at %= len(lines)
    match what:
        case "delete":
            del lines[at]
        case "double":
            lines.insert(at, lines[at])
        case "swap":
            other = (at + 1) % len(lines)
            lines[at], lines[other] = lines[other], lines[at]
        case "cut":
            lines[at] = lines[at][: len(lines[at]) // 2]
        case "insert":
            lines.insert(at, new)
        case _:
            lines[at] = lines[at].partition(":")[0] + ": " + new
    return "\n".join(lines) + "\n"


@given(st.sampled_from(EXAMPLES), st.lists(st.tuples(st.integers(0), MUTATIONS), max_size=3))
@settings(max_examples=500)
def test_mutated_pack_computes_or_is_told_what_is_wrong(
    text: str, changes: list[tuple[int, tuple[str, str]]]
) -> None:
    for at, (what, new) in changes:
        text = mutated(text, at, what, new)

    compiled, problems = compile_bundle(text)

    assert compiled is not None or problems.errors
    assert_tellable(problems)
    for case in compiled.pack.cases if compiled else ():
        run_case(compiled, case)  # type: ignore[arg-type]  # the loop is empty without it


@given(st.lists(st.lists(CELLS, max_size=6), max_size=6), st.sampled_from(EXAMPLES))
@settings(max_examples=200)
def test_any_table_is_facts_or_problems(rows: list[list[str]], example: str) -> None:
    compiled, _ = compile_bundle(example)
    assert compiled is not None
    register = next(iter(compiled.pack.registers.values()))
    text = "\n".join([",".join(register.fields), *(",".join(row) for row in rows)])
    problems = Problems()

    facts = read_facts(
        compiled.pack,
        {register.id: text_table(register.id, text, source="x.csv")},
        problems=problems,
    )

    assert_tellable(problems)
    assert register.id in facts.tables


@given(st.fractions())
def test_exact_numbers_are_read_back_as_written(number: Fraction) -> None:
    text = exact_text(number)
    if len(text) <= 40:
        assert read_exact(text) == number


@pytest.mark.parametrize(
    "text", ["NaN", "inf", "1e400", "1_000", "０", "0x10", "1/0", "", ".5", "5.", "9" * 41]
)
def test_what_is_no_exact_number_is_refused(text: str) -> None:
    with pytest.raises(NotExact):
        read_exact(text)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("(" * 100 + "1" + ")" * 100, "E07"),
        ("-" * 100 + "1", "E07"),
        ("not " * 100 + "是", "E07"),
        ("1e400", "E04"),
        ("0x10", "E04"),
        ("NaN(", "E06"),
        ("1 + " * 500 + "1", "E01"),
    ],
)
def test_hostile_expression_is_refused(text: str, id: str) -> None:
    problems = Problems()

    assert parse_expression(Scalar(text, Place("x")), problems=problems) is None
    assert [one.id for one in problems] == [id]


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("a: &x 1\nb: *x\n", "Y07"),
        ("a: !!python/object/apply:os.system [ls]\n", "Y07"),
        ("a: 1\n---\nb: 2\n", "Y07"),
        ("<<: {a: 1}\n", "Y07"),
        ("a: 1\na: 2\n", "Y09"),
        ("[" * 100 + "]" * 100, "Y05"),
        ("{a: " * 100 + "}" * 100, "Y05"),
        ("", "Y06"),
        ("a: \x07", "Y04"),
        ("a:\n\tb: 1\n", "Y02"),
    ],
)
def test_hostile_yaml_is_refused(text: str, id: str) -> None:
    problems = Problems()

    read_yaml(text, file="x", problems=problems)

    assert id in [one.id for one in problems]
    assert {one.id for one in problems} == {id}


def test_billion_laughs_stay_small() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{at}: &a{at} [*a{at - 1}, *a{at - 1}]" for at in range(1, 40))]
    problems = Problems()

    read_yaml("\n".join(lines), file="x", problems=problems)

    assert {one.id for one in problems} == {"Y07"}


@pytest.mark.parametrize(
    "word", ["no", "yes", "on", "null", "~", "12:30", "0010", "1e3", "2024-01-01"]
)
def test_scalars_mean_what_stands_there(word: str) -> None:
    node = read_yaml(f"a: {word}\n", file="x", problems=Problems())

    assert isinstance(node, Mapping)
    value = node.get("a")
    assert isinstance(value, Scalar)
    assert value.text == word


def test_bundle_that_is_a_list_is_refused() -> None:
    problems = Problems()

    assert read_bundle("[1, 2]", file="x", problems=problems) is None
    assert [one.id for one in problems] == ["S03"]


def test_folder_without_scheme_is_refused(tmp_path: Path) -> None:
    problems = Problems()

    assert verbs.check(tmp_path, problems=problems) is None
    assert [one.id for one in problems] == ["Y10"]
