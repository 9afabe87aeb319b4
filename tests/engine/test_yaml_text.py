"""YAML as plain text: nothing is interpreted, nothing can grow, everything has a place."""

from __future__ import annotations

import pytest

from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.reading.yaml_text import Mapping, Scalar, read_yaml


def read(text: str) -> tuple[object, list[tuple[str, int]]]:
    problems = Problems()
    node = read_yaml(text, file="x.yaml", problems=problems)
    return node, [(one.id, one.place.line) for one in problems]


def test_scalars_stay_as_typed() -> None:
    node, problems = read("a: no\nb: 12:30\nc: 0010\nd: 1e3\ne: ~\nf: 2024-03-01\n")

    assert isinstance(node, Mapping)
    texts = [value.text for _, value in node.pairs if isinstance(value, Scalar)]
    assert texts == ["no", "12:30", "0010", "1e3", "~", "2024-03-01"]
    assert problems == []


def test_places_count_from_one() -> None:
    node, _ = read("a:\n  - b: 值\n")

    assert isinstance(node, Mapping)
    inner = node.pairs[0][1].items[0]  # type: ignore[union-attr]  # a list of one mapping
    assert inner.pairs[0][1].place == Place("x.yaml", 2, 8)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "id", "line"),
    [
        ("", "Y06", 0),
        ("a:\n\t- b\n", "Y02", 2),
        ("a: 1\na: 2\n", "Y09", 2),
        ("a: &x 1\nb: *x\n", "Y07", 1),
        ("a: !!python/object 1\n", "Y07", 1),
        ("a: {<<: {b: 1}}\n", "Y07", 1),
        ("a: 1\n---\nb: 2\n", "Y07", 2),
        ("? [a]\n: 1\n", "Y08", 1),
        ("a: 'x\n", "Y03", 2),
        ("a: b: c\n", "Y03", 1),
        ("a: \x07\n", "Y04", 1),
        ("a: " + "[" * 60 + "]" * 60, "Y05", 1),
        ("a: " + "x" * 1_000_001, "Y01", 0),
    ],
)
def test_text_that_cannot_be_read_is_located(text: str, id: str, line: int) -> None:
    _, problems = read(text)

    assert (id, line) in problems


def test_billion_laughs_never_grow() -> None:
    text = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )

    _, problems = read(text)

    assert {id for id, _ in problems} == {"Y07"}
