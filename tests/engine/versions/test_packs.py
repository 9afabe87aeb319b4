"""Every pack of ours compared with itself, with the next one, and with every number changed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from kaocheng.engine import verbs
from kaocheng.engine.exact import NotExact, exact_text, read_exact
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import assemble
from kaocheng.engine.reading.yaml_text import Mapping, Node, Scalar, Sequence
from kaocheng.engine.versions import Change, compare_packs, reversed_change
from kaocheng.engine.versions.applying import CannotApply, with_changes
from kaocheng.engine.versions.sentences import sentence
from tests.schemes.mutation import Mutation, mutations_of, nodes_of

PACKS = verbs.find_packs(Path(__file__).parents[3] / "schemes")
NEXT = list(zip(PACKS, [*PACKS[1:], PACKS[0]], strict=True))

# Applying is twice the work; each pack has enough numbers for a sample.
EVERY = 5


@cache
def pack(folder: Path) -> Pack:
    found = verbs.read(folder, problems=Problems())
    assert found is not None
    return found


def mutated(node: Node, path: tuple[str, ...], mutation: Mutation) -> Node:
    """The tree with one number changed."""
    match node:
        case Scalar():
            end = mutation.at + len(mutation.old)
            text = node.text[: mutation.at] + mutation.new + node.text[end:]
            return Scalar(text, node.place, node.exact)
        case Sequence():
            at = int(path[0])
            items = (*node.items[:at], mutated(node.items[at], path[1:], mutation))
            return Sequence((*items, *node.items[at + 1 :]), node.place)
        case Mapping():
            pairs = tuple(
                (key, mutated(value, path[1:], mutation) if key.text == path[0] else value)
                for key, value in node.pairs
            )
            return Mapping(pairs, node.place)


def text_at(node: Node, path: tuple[str, ...]) -> str:
    for step in path:
        node = node.items[int(step)] if isinstance(node, Sequence) else _child(node, step)
    assert isinstance(node, Scalar)
    return node.text


def _child(node: Node, key: str) -> Node:
    assert isinstance(node, Mapping)
    found = node.get(key)
    assert found is not None
    return found


def mutants(folder: Path) -> Iterator[tuple[Mutation, str, str, Pack]]:
    """Every number changed that leaves the file readable, with the text before and after."""
    nodes = nodes_of(folder)
    for mutation in mutations_of(nodes):
        changed = mutated(nodes[mutation.file], mutation.path, mutation)
        texts = text_at(nodes[mutation.file], mutation.path), text_at(changed, mutation.path)
        found = assemble(
            folder.name,
            {**nodes, mutation.file: changed},
            {},
            whole=True,
            problems=Problems(),
        )
        if found is not None:
            yield mutation, *texts, found


def is_named(number: str, text: str, said: str) -> bool:
    """Whether the number, or what the text as a whole comes to, stands in what is said."""
    forms = {number, number.lstrip("0") or "0"}
    try:
        value = read_exact(text)
        forms |= {exact_text(value), f"{exact_text(value * 100)}%"}
    except NotExact:
        pass
    return any(form in said for form in forms)


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_pack_says_the_same_as_itself(folder: Path) -> None:
    again = verbs.read(folder, problems=Problems())
    assert again is not None

    assert compare_packs(pack(folder), again).changes == ()


@pytest.mark.parametrize(("folder", "other"), NEXT, ids=lambda folder: folder.name)
def test_two_packs_differ_alike_from_either_side(folder: Path, other: Path) -> None:
    there = compare_packs(pack(folder), pack(other)).changes
    back = compare_packs(pack(other), pack(folder)).changes

    assert len(there) > 10
    assert {reversed_change(one) for one in there} == set(back)
    assert len(there) == len(back)


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_every_changed_number_is_seen_and_named(folder: Path) -> None:
    base = assemble(folder.name, nodes_of(folder), {}, whole=True, problems=Problems())
    assert base is not None
    seen = 0

    unseen = []
    for mutation, old, new, changed in mutants(folder):
        changes = compare_packs(base, changed).changes
        is_applied = seen % EVERY or _can_be_applied(base, changed, changes)
        if not is_applied or not _is_told(changes, mutation, old, new):
            unseen.append((str(mutation), [sentence(one) for one in changes]))
        seen += 1

    assert unseen == []
    assert seen > 0


def _is_told(changes: tuple[Change, ...], mutation: Mutation, old: str, new: str) -> bool:
    """One change, or one for each row of a table whose key changed; both numbers stand in it."""
    said = "；".join(sentence(one) for one in changes)
    return is_named(mutation.old, old, said) and is_named(mutation.new, new, said)


def _can_be_applied(old: Pack, new: Pack, changes: tuple[Change, ...]) -> bool:
    """Put into the old pack, the changes make the new one."""
    try:
        applied = with_changes(old, new, changes)
    except CannotApply:
        return False
    return compare_packs(applied, new).changes == ()
