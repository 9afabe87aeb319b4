"""Mutations of a pack: one number changed at a time, in everything that carries a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from kaocheng.engine.cases import run_case
from kaocheng.engine.compile import Compiled, compile_pack
from kaocheng.engine.language.cases import Case
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import FILES, assemble
from kaocheng.engine.reading.yaml_text import Mapping as Branch
from kaocheng.engine.reading.yaml_text import Node, Scalar, Sequence, read_yaml

# What people read, and what names things: a number in it decides nothing.
WORDS = {
    *("title", "clause", "note", "about", "say", "why", "id", "source", "language", "version"),
    "doubts",  # what is wrong in the notice, in words
    *("least", "most"),  # guards against slips of the pen, not the notice's numbers
    *("accept", "numbering", "options", "same_as", "unit", "otherwise_say", "who", "what", "else"),
}
FILES_WITH_MEANING = ("scheme", "parameters", "process")
_NUMBER = re.compile(
    r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])|(?<![\w.])\d+(?:\.\d+)?(?=[%天次条分元年岁])"
)
_QUOTED = re.compile(r"'[^']*'")

# By pack the cases that have turned red, the last of them last; it only saves time.
_CAUGHT: dict[Path, list[str]] = {}


@dataclass(frozen=True)
class Mutation:
    """A number at `at` in the scalar at `path`, and what it becomes."""

    file: str
    path: tuple[str, ...]
    line: int
    at: int
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.file}:{'.'.join(self.path)}:{self.at}:{self.old}→{self.new}"


@cache
def nodes_of(folder: Path) -> dict[str, Node]:
    nodes = {}
    for name in FILES:
        path = folder / f"{name}.yaml"
        if path.is_file():
            node = read_yaml(path.read_text("utf-8"), file=path.name, problems=Problems())
            assert node is not None
            nodes[name] = node
    return nodes


def mutations_of(nodes: Mapping[str, Node]) -> Iterator[Mutation]:
    for file in FILES_WITH_MEANING:
        if file in nodes:
            for path, scalar in _scalars(nodes[file], ()):
                yield from _mutations(file, path, scalar)


def _scalars(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Scalar]]:
    match node:
        case Scalar():
            yield path, node
        case Sequence():
            for number, item in enumerate(node.items):
                yield from _scalars(item, (*path, str(number)))
        case Branch():
            for key, value in node.pairs:
                if key.text not in WORDS:
                    yield from _scalars(value, (*path, key.text))


def _mutations(file: str, path: tuple[str, ...], scalar: Scalar) -> Iterator[Mutation]:
    quoted = [match.span() for match in _QUOTED.finditer(scalar.text)]
    for match in _NUMBER.finditer(scalar.text):
        if any(start < match.start() < end for start, end in quoted):
            continue
        new = _changed(match[0])
        yield Mutation(file, path, scalar.place.line, match.start(), match[0], new)


def _changed(number: str) -> str:
    """The last digit one more: 0.2 → 0.3, 95 → 96, 9 → 8 (so that dates stay dates)."""
    last = int(number[-1])
    return number[:-1] + str(last + 1 if last < 9 else last - 1)


def _with(node: Node, path: tuple[str, ...], mutation: Mutation) -> Node:
    match node:
        case Scalar():
            end = mutation.at + len(mutation.old)
            return replace(node, text=node.text[: mutation.at] + mutation.new + node.text[end:])
        case Sequence():
            at = int(path[0])
            items = list(node.items)
            items[at] = _with(items[at], path[1:], mutation)
            return replace(node, items=tuple(items))
        case Branch():
            pairs = tuple(
                (key, _with(value, path[1:], mutation) if key.text == path[0] else value)
                for key, value in node.pairs
            )
            return replace(node, pairs=pairs)


def survives(folder: Path, nodes: Mapping[str, Node], mutation: Mutation) -> bool:
    """Whether the mutated pack still compiles and passes every case."""
    mutated = {**nodes, mutation.file: _with(nodes[mutation.file], mutation.path, mutation)}
    problems = Problems()
    pack = assemble(folder.name, mutated, {}, whole=True, problems=problems)
    compiled = None if pack is None else compile_pack(pack, problems=problems)
    if compiled is None or problems.errors:
        return False
    return not any(_turns_red(compiled, case, folder) for case in _likely_first(compiled, folder))


def _likely_first(compiled: Compiled, folder: Path) -> list[Case]:
    """Those that caught the last mutations first: numbers side by side are caught alike."""
    caught = _CAUGHT.get(folder, [])
    order = {id: at for at, id in enumerate(reversed(caught))}
    return sorted(compiled.pack.cases, key=lambda case: order.get(case.id, len(order)))


def _turns_red(compiled: Compiled, case: Case, folder: Path) -> bool:
    if not run_case(compiled, case).failures:
        return False
    caught = _CAUGHT.setdefault(folder, [])
    if case.id in caught:
        caught.remove(case.id)
    caught.append(case.id)
    return True
