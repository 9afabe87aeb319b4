"""From a case that fails to the smallest part of it that still fails.

Works on what people read: results, items, keys, parts of expressions, rows and columns are taken
away one by one, for as long as the case stays valid and the fault stays.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import cast

import yaml

from tests.engine.columnar.generated import Generated, in_yaml
from tests.engine.columnar.tables import written

MOST_TRIES = 3000

Fails = Callable[[Generated], bool]
Tree = dict[str, object] | list[object] | str
Path = tuple[str | int, ...]
Rows = list[list[str]]

_NAMED = {"language", "id", "title", "source", "kind", "key", "type", "rows"}
_SAID = {"document", "say", "options", "periods"}  # words for people
_SIMPLE = ("0", "1", "是", "否", "'甲'")


def smallest(case: Generated, fails: Fails, *, tries: int = MOST_TRIES) -> Generated:
    """A part of `case` that still fails; `fails` says of an invalid case that it does not."""
    return _Search(case, fails, tries).done()


@dataclass
class _Search:
    """The smallest failing case so far, and how many more may be tried."""

    best: Generated
    fails: Fails
    tries: int
    seen: set[str] = field(default_factory=set)

    def done(self) -> Generated:
        steps = (
            *(self._fewer_rows, self._less_of_the_pack),
            *(self._shorter_expressions, self._fewer_columns),
        )
        before = ""
        while before != str(self.best) and self.tries > 0:
            before = str(self.best)
            for step in steps:
                step()
        return self.best

    def _accept(self, pack: str, facts: dict[str, str]) -> bool:
        case = Generated(pack, facts)
        if self.tries <= 0 or str(case) in self.seen:
            return False
        self.seen.add(str(case))
        self.tries -= 1
        if not self.fails(case):
            return False
        self.best = case
        return True

    def _accept_tree(self, tree: Tree) -> bool:
        return self._accept(in_yaml(tree), dict(self.best.facts))

    def _accept_rows(self, name: str, rows: Rows) -> bool:
        return self._accept(self.best.pack, {**self.best.facts, name: written(rows)})

    # Facts

    def _fewer_rows(self) -> None:
        for name in list(self.best.facts):
            without = {key: text for key, text in self.best.facts.items() if key != name}
            if self._accept(self.best.pack, without):
                continue
            rows = _read(self.best.facts[name])
            size = len(rows) - 1
            while size >= 1:
                at = 1
                while at < len(rows):
                    fewer = rows[:at] + rows[at + size :]
                    if self._accept_rows(name, fewer):
                        rows = fewer
                    else:
                        at += size
                size //= 2

    def _fewer_columns(self) -> None:
        """Fields that nothing names, with their columns; and whole tables."""
        tree = cast("dict[str, dict[str, list[dict[str, object]]]]", _load(self.best.pack))
        for register in list(tree["registers"]["registers"]):
            name = str(register["id"])
            fewer = deepcopy(tree)
            listed = fewer["registers"]["registers"]
            listed[:] = [one for one in listed if one["id"] != name]
            facts = {key: text for key, text in self.best.facts.items() if key != name}
            if self._accept(in_yaml(fewer), facts):
                tree = fewer
                continue
            for column in list(cast("dict[str, object]", register["fields"])):
                fewer = deepcopy(tree)
                found = next(one for one in fewer["registers"]["registers"] if one["id"] == name)
                del cast("dict[str, object]", found["fields"])[column]
                facts = dict(self.best.facts)
                if name in facts:
                    facts[name] = written(_without(_read(facts[name]), column))
                if self._accept(in_yaml(fewer), facts):
                    tree = fewer

    # Pack

    def _less_of_the_pack(self) -> None:
        tree = _load(self.best.pack)
        for path in sorted(_paths(tree), key=len):
            found = _at(tree, path)
            if found is None:
                continue
            if path[-1] == "parts" and isinstance(found, list):
                tree = self._raised(tree, path)
            if _is_name(path) or _at(tree, path) is None:
                continue
            fewer = deepcopy(tree)
            _remove(fewer, path)
            if self._accept_tree(fewer):
                tree = fewer

    def _raised(self, tree: Tree, path: Path) -> Tree:
        """A part in the place of its whole."""
        for at in range(len(cast("list[object]", _at(tree, path)))):
            part = cast("Tree", _at(tree, (*path, at)))
            fewer = deepcopy(tree)
            if _put(fewer, path[:-1], part) and self._accept_tree(fewer):
                return fewer
        return tree

    def _shorter_expressions(self) -> None:
        tree = _load(self.best.pack)
        for path in _paths(tree):
            text = _at(tree, path)
            if not isinstance(text, str) or _is_name(path) or not _SAID.isdisjoint(path):
                continue
            for shorter in _shorter(text):
                fewer = deepcopy(tree)
                if _put(fewer, path, shorter) and self._accept_tree(fewer):
                    tree = fewer
                    break


def _is_name(path: Path) -> bool:
    """Whether a text is needed as it is: names, and whom a result is about."""
    return path[-1] in _NAMED or (path[-1] == "of" and path[1:2] == ("results",) and len(path) == 4)


def _shorter(text: str) -> Iterator[str]:
    """Parts of an expression that may stand alone, the simplest first."""
    found = {*_SIMPLE, *_between_brackets(text)}
    for words in (" and ", " or ", " + ", " - ", " * ", " / ", " where ", " over "):
        pieces = text.split(words)
        for at in range(len(pieces) - 1):
            found.update((words.join(pieces[: at + 1]), words.join(pieces[at + 1 :])))
            if words == " where ":
                found.add(pieces[0] + ")")
    found.add(re.sub(r"not |or_else", "", text, count=1))
    yield from sorted(
        (one for one in found if len(one) < len(text)), key=lambda one: (len(one), one)
    )


def _between_brackets(text: str) -> Iterator[str]:
    """What stands between brackets, whole and between its commas."""
    for start, sign in enumerate(text):
        if sign != "(":
            continue
        depth, last = 0, start + 1
        for at in range(start, len(text)):
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            if depth == 0 or (depth == 1 and text[at] == ","):
                yield text[last:at].strip()
                last = at + 1
            if depth == 0:
                yield text[start + 1 : at]
                break


def _read(text: str) -> Rows:
    return list(csv.reader(io.StringIO(text)))


def _without(rows: Rows, column: str) -> Rows:
    if column not in rows[0]:
        return rows
    at = rows[0].index(column)
    return [row[:at] + row[at + 1 :] for row in rows]


def _load(text: str) -> Tree:
    return cast("Tree", yaml.load(text, Loader=yaml.BaseLoader))  # text and nothing else


def _paths(tree: Tree, path: Path = ()) -> list[Path]:
    """The way to every node below the sections, last ones of a list first."""
    found: list[Path] = []
    if isinstance(tree, dict):
        for key, value in tree.items():
            found.extend(
                ([(*path, key)] if path else []) + _paths(cast("Tree", value), (*path, key))
            )
    elif isinstance(tree, list):
        for at in reversed(range(len(tree))):
            found.extend([(*path, at), *_paths(cast("Tree", tree[at]), (*path, at))])
    return found


def _at(tree: Tree, path: Path) -> object | None:
    """What stands at the end of the way, or None where it is there no more."""
    node: object = tree
    for step in path:
        try:
            node = node[step]  # type: ignore[index]  # a step that does not fit raises
        except (KeyError, IndexError, TypeError):
            return None
    return node


def _put(tree: Tree, path: Path, value: object) -> bool:
    owner = _at(tree, path[:-1])
    if not isinstance(owner, dict | list):
        return False
    owner[path[-1]] = value  # type: ignore[index]  # the way was found in this tree
    return True


def _remove(tree: Tree, path: Path) -> None:
    owner = _at(tree, path[:-1])
    if isinstance(owner, dict | list):
        del owner[path[-1]]  # type: ignore[arg-type]  # the way was found in this tree
