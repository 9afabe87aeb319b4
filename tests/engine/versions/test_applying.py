"""Changes put into the old pack make the new one, whatever came, went or moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kaocheng.engine import verbs
from kaocheng.engine.language.scheme import Item, items_below
from kaocheng.engine.mechanisms.parts import Parts
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problems
from kaocheng.engine.versions import compare_packs
from kaocheng.engine.versions.applying import CannotApply, with_changes
from tests.engine.versions.schools import SCHOOL, school

# Indicators of a pack that are tried, spread over it.
SAMPLE = 10
PACKS = verbs.find_packs(Path(__file__).parents[3] / "schemes")


def read(folder: Path) -> Pack:
    pack = verbs.read(folder, problems=Problems())
    assert pack is not None
    return pack


def without(pack: Pack, result: str, item: str) -> Pack:
    """The pack without one of its indicators."""
    results = tuple(
        replace(one, items=_left(one.items, item)) if one.id == result else one
        for one in pack.scheme.results
    )
    return replace(pack, scheme=replace(pack.scheme, results=results))


def _left(items: tuple[Item, ...], gone: str) -> tuple[Item, ...]:
    return tuple(
        replace(one, spec=replace(one.spec, parts=_left(one.spec.parts, gone)))
        if isinstance(one.spec, Parts)
        else one
        for one in items
        if one.id != gone
    )


def each_without(pack: Pack) -> Iterator[tuple[str, Pack]]:
    for result in pack.scheme.results:
        for item in items_below(result.items):
            yield f"{result.id}.{item.id}", without(pack, result.id, item.id)


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_indicator_can_go_and_come_back(folder: Path) -> None:
    pack = read(folder)
    sample = list(each_without(pack))[:: 1 + len(pack.items) // SAMPLE]

    for name, smaller in sample:
        for old, new, kind in ((pack, smaller, "removed"), (smaller, pack, "added")):
            changes = compare_packs(old, new).changes
            assert [(one.kind, one.id.split(".")[-1]) for one in changes] == [
                (kind, name.split(".")[-1])
            ]
            applied = with_changes(old, new, changes)
            assert compare_packs(applied, new).changes == ()
    assert sample


@pytest.mark.parametrize(
    "replaced",
    [
        (("points: 0.5", "points: 0.3"), ("from: 85", "from: 80"), ("default: 38", "default: 36")),
        (("at_most: 30%", "number: 2 名"), ("乙,0.8", "乙,0.9")),
        (("value: param.ethics", "mark: {of: param.ethics}"),),
        (("title: 职级,", "title: 职称,"), ("to: 11-25", "to: 12-01")),
    ],
)
def test_changes_together_make_the_new_pack(replaced: tuple[tuple[str, str], ...]) -> None:
    old, new = school(), school(*replaced, file="b.yaml")
    changes = compare_packs(old, new).changes

    applied = with_changes(old, new, changes)

    assert len(changes) >= 1
    assert compare_packs(applied, new).changes == ()


def test_one_of_two_changes_leaves_the_other_out() -> None:
    old = school()
    new = school(("points: 0.5", "points: 0.3"), ("from: 85", "from: 80"), file="b.yaml")
    first, second = compare_packs(old, new).changes

    applied = with_changes(old, new, [first])

    assert compare_packs(applied, new).changes == (second,)


def test_indicator_that_moved_is_moved() -> None:
    ethics = (
        "            - id: ethics\n              title: 师德\n              points: 40\n"
        "              value: param.ethics\n"
    )
    moved = "\n".join(line[4:] for line in ethics.split("\n"))
    grade = "        - id: grade\n"
    old, new = school(), school((ethics, ""), (grade, moved + grade), file="b.yaml")
    changes = compare_packs(old, new).changes

    applied = with_changes(old, new, changes)

    assert [one.kind for one in changes] == ["moved"]
    assert compare_packs(applied, new).changes == ()


def test_parts_of_an_indicator_are_under_its_condition_again() -> None:
    old = school()
    new = school(
        ("          title: 总分\n", "          title: 总分\n          when: level = '甲'\n"),
        file="b.yaml",
    )
    changes = compare_packs(old, new).changes

    applied = with_changes(old, new, changes)

    part = applied.items["yearly", "attendance"]
    assert [one.text for one in part.conditions] == ["level = '甲'"]


def test_new_order_cannot_be_applied_by_itself() -> None:
    grade, prize = "        - id: grade\n", "        - id: prize\n"
    first = SCHOOL[SCHOOL.index(grade) : SCHOOL.index(prize)]
    second = SCHOOL[SCHOOL.index(prize) : SCHOOL.index("parameters:\n")]
    old, new = school(), school((first + second, second + first), file="b.yaml")
    changes = compare_packs(old, new).changes

    assert [one.kind for one in changes] == ["reordered"]
    with pytest.raises(CannotApply):
        with_changes(old, new, changes)
