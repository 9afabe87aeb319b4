"""YAML as plain text with places: scalars stay text, and nothing of YAML's magic is allowed.

`no` stays the word `no`, `12:30` and `0010` stay as typed. Anchors, aliases, tags, merge keys,
several documents and duplicate keys are refused, so a page of text can never grow in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from kaocheng.engine.problems import Place, Problems

MOST_CHARACTERS = 1_000_000
MOST_NESTING = 40

_Parser = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


@dataclass(frozen=True)
class Scalar:
    """Text as typed. `exact` says that columns inside it can be counted from its start."""

    text: str
    place: Place
    exact: bool = True

    def inside(self, offset: int) -> Place:
        """The place of the character at `offset`, as exactly as the way of quoting allows."""
        if not self.exact:
            return self.place
        return Place(self.place.file, self.place.line, self.place.column + offset)


@dataclass(frozen=True)
class Sequence:
    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True)
class Mapping:
    """Pairs in the order of the text; keys are unique."""

    pairs: tuple[tuple[Scalar, Node], ...]
    place: Place

    def get(self, key: str) -> Node | None:
        return next((value for name, value in self.pairs if name.text == key), None)


Node = Scalar | Sequence | Mapping


def read_yaml(text: str, *, file: str, problems: Problems) -> Node | None:
    """The tree of `text`, or None when a problem makes it unreadable. `file` is shown in places."""
    if len(text) > MOST_CHARACTERS:
        problems.add("Y01", Place(file), most=f"{MOST_CHARACTERS:,}")
        return None
    if "\t" in text and (line := _line_indented_with_tab(text)):
        problems.add("Y02", Place(file, line, 1))
        return None
    try:
        return _Builder(text, file, problems).document()
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        problems.add("Y03", place, why=_why(fault, text))
    except yaml.reader.ReaderError as fault:
        before = text[: fault.position] if isinstance(fault.position, int) else ""
        place = Place(file, before.count("\n") + 1)
        problems.add("Y04", place)
    except RecursionError:
        problems.add("Y05", Place(file), most=MOST_NESTING)
    except _Stop:
        pass
    return None


class _Stop(Exception):
    """A problem was noted that makes the rest of the text unreadable."""


class _Builder:
    """Builds the tree from the parser's events, so that no value is ever interpreted."""

    def __init__(self, text: str, file: str, problems: Problems) -> None:
        self.events = _Parser(text)
        self.file = file
        self.problems = problems

    def document(self) -> Node | None:
        self._next()  # stream start
        if not isinstance(self._peek(), DocumentStartEvent):
            self.problems.add("Y06", Place(self.file))
            return None
        self._next()
        tree = self._node(1)
        self._next()  # document end
        if isinstance(following := self._peek(), DocumentStartEvent):
            self.problems.add("Y07", self._place(following), what="---")
        return tree

    def _next(self) -> Event:
        return cast("Event", self.events.get_event())

    def _peek(self) -> Event:
        return cast("Event", self.events.peek_event())

    def _place(self, event: Event) -> Place:
        mark = event.start_mark
        assert mark is not None
        return Place(self.file, mark.line + 1, mark.column + 1)

    def _node(self, depth: int) -> Node:
        event = self._next()
        place = self._place(event)
        if depth > MOST_NESTING:
            self.problems.add("Y05", place, most=MOST_NESTING)
            raise _Stop
        if isinstance(event, AliasEvent):
            self.problems.add("Y07", place, what=f"*{getattr(event, 'anchor', '')}")
            return Scalar("*", place)  # a stand-in: one problem is enough
        for name, sign in (("anchor", "&"), ("tag", "")):
            if found := getattr(event, name, None):
                self.problems.add("Y07", place, what=f"{sign}{found}")
        if isinstance(event, ScalarEvent):
            return self._scalar(event, place)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(place, depth)
        assert isinstance(event, MappingStartEvent)
        return self._mapping(place, depth)

    def _scalar(self, event: ScalarEvent, place: Place) -> Scalar:
        ends = (event.start_mark, event.end_mark)
        one_line = len({mark.line for mark in ends if mark is not None}) == 1
        if event.style in ("'", '"'):
            inner = Place(place.file, place.line, place.column + 1)
            plain = one_line and "''" not in event.value and "\\" not in event.value
            return Scalar(event.value, inner, exact=plain and "'" not in event.value)
        if event.style in ("|", ">"):
            return Scalar(event.value, place, exact=False)
        return Scalar(event.value, place, exact=one_line)

    def _sequence(self, place: Place, depth: int) -> Sequence:
        items = []
        while not isinstance(self._peek(), SequenceEndEvent):
            items.append(self._node(depth + 1))
        self._next()
        return Sequence(tuple(items), place)

    def _mapping(self, place: Place, depth: int) -> Mapping:
        pairs: list[tuple[Scalar, Node]] = []
        seen: dict[str, Place] = {}
        while not isinstance(self._peek(), MappingEndEvent):
            key = self._node(depth + 1)
            value = self._node(depth + 1)
            if not isinstance(key, Scalar):
                self.problems.add("Y08", key.place)
            elif key.text == "<<":
                self.problems.add("Y07", key.place, what="<<")
            elif key.text in seen:
                self.problems.add("Y09", key.place, key=key.text, line=seen[key.text].line)
            else:
                seen[key.text] = key.place
                pairs.append((key, value))
        self._next()
        return Mapping(tuple(pairs), place)


def _line_indented_with_tab(text: str) -> int:
    """The first line whose indentation holds a tab, which YAML forbids; 0 when there is none."""
    for number, line in enumerate(text.splitlines(), start=1):
        if "\t" in line[: len(line) - len(line.lstrip())] and line.strip():
            return number
    return 0


def _why(fault: yaml.MarkedYAMLError, text: str) -> str:
    """The parser's English reason in Chinese, for the slips that people really make."""
    mark = fault.problem_mark or fault.context_mark
    lines = text.splitlines()
    line = lines[mark.line] if mark is not None and mark.line < len(lines) else ""
    wide = [sign for sign in "，：｛｝［］" if sign in line]
    if wide:
        return f"这一行有全角的“{wide[0]}”，请改用半角（条款原文中的除外，要加引号）"
    reason = f"{fault.context or ''} {fault.problem or ''}"
    known = (
        ("mapping values are not allowed", "这里多了一个冒号，或上一行的缩进不对"),
        ("could not find expected ':'", "缺少冒号“:”（须用半角，后面跟一个空格）"),
        ("did not find expected '-' indicator", "列表项没有对齐，或缺少“-”"),
        ("did not find expected key", "缩进没有对齐，或少了引号、括号"),
        ("found unexpected end of stream", "引号或括号没有配对"),
        (
            "did not find expected ',' or",
            "括号没有配对，或花括号里的算式含有逗号（请给算式加双引号，或分行写）",
        ),
        ("found character that cannot start", "行首有不能使用的字符（如 @ % ` 或全角符号）"),
        ("found unknown escape", "双引号里的反斜杠不能这样用，请改用单引号"),
        ("found undefined tag", "使用了 ! 标签"),
        ("block sequence entries are not allowed", "“-”不能写在这里，请另起一行并缩进"),
    )
    return next((words for part, words in known if part in reason), "写法不符合 YAML 格式")
