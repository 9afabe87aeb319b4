"""What the page of one subject shows: frozen view-models, every value already in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from kaocheng.documents.register_rows import RegisterRows, RowFinder
from kaocheng.documents.result_summary import has_headline, headline_item, in_order_of_interest
from kaocheng.documents.spoken import (
    arithmetic,
    counted_words,
    exact_words,
    out_of,
    reason,
    value_words,
)
from kaocheng.engine.explain import Branch, Explanation, Read, walk_branches
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.model import Pack
from kaocheng.engine.trace import PERCENT, RowRef, figure, shown, unit_words
from kaocheng.engine.values import is_number, state_of


@dataclass(frozen=True)
class Link:
    """`target` is the id of a place on the page, empty where the page does not show it."""

    title: str
    target: str


@dataclass(frozen=True)
class Node:
    """One line of the tree. `aside` are a few words beside the title, the rest is opened."""

    anchor: str
    title: str
    value: str
    state: str
    full: str
    unit: str
    aside: str
    wants_look: bool
    reason: str
    exact: str
    arithmetic: str
    counted: str
    clauses: tuple[Clause, ...]
    tables: tuple[RegisterRows, ...]
    reads: tuple[Link, ...]
    flags: tuple[str, ...]
    note: str
    rounding_note: str
    is_line: bool
    is_open: bool
    nodes: tuple[Node, ...]

    @property
    def opens(self) -> bool:
        """Whether there is anything to read below the line."""
        own = self.reason or self.exact or self.arithmetic or self.counted or self.note
        listed = self.clauses or self.tables or self.reads or self.flags or self.nodes
        return bool(own or listed or self.rounding_note)


@dataclass(frozen=True)
class Headline:
    """The figure that stands for a result, with its grade."""

    title: str
    label: str
    value: str
    state: str
    is_number: bool
    full: str
    unit: str
    reason: str
    grade: str
    grade_state: str
    target: str


@dataclass(frozen=True)
class Section:
    """One row of a result: its tree, and the steps in between that stand for themselves."""

    anchor: str
    title: str
    period: str
    exempt: str
    clauses: tuple[Clause, ...]
    nodes: tuple[Node, ...]
    between: tuple[Node, ...]
    advice: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class SubjectView:
    name: str
    key: str
    register: str
    scheme: str
    document: str
    headlines: tuple[Headline, ...]
    sections: tuple[Section, ...]
    flags: tuple[tuple[Link, str], ...]


def subject_view(pack: Pack, explanations: list[Explanation], *, rows: RowFinder) -> SubjectView:
    """The page of one subject from the explanations of its rows (at least one).

    They are shown in the order of interest, not in that of computing.
    """
    ordered = in_order_of_interest({id(one.result): one.result for one in explanations}.values())
    explanations = sorted(explanations, key=lambda one: ordered.index(one.result))
    anchors = {
        (one.result.id, one.period.id if one.period else ""): f"r{at}"
        for at, one in enumerate(explanations, start=1)
    }
    sections = tuple(_section(one, anchors, rows) for one in explanations)
    first = explanations[0]
    nodes = [node for section in sections for node in (*section.nodes, *section.between)]
    return SubjectView(
        name=rows.name_of(first.fact.ref.table, first.subject),
        key=first.subject,
        register=pack.registers[first.fact.ref.table].title,
        scheme=pack.scheme.title,
        document=pack.scheme.source.document,
        headlines=tuple(_headlines(explanations, anchors)),
        sections=sections,
        flags=tuple(
            (Link(node.title, node.anchor), flag) for node in _walk(nodes) for flag in node.flags
        ),
    )


def _walk(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _walk(node.nodes)


Anchors = Mapping[tuple[str, str], str]


def _key(explanation: Explanation) -> tuple[str, str]:
    return (explanation.result.id, explanation.period.id if explanation.period else "")


def _headlines(explanations: list[Explanation], anchors: Anchors) -> Iterator[Headline]:
    named = [one for one in explanations if has_headline(one.result)]
    for one in named or explanations[:1]:
        branch = one.branch(headline_item(one.result).id)
        grade = one.branch(one.result.grade) if one.result.grade else None
        if branch is None:
            continue
        period = f"（{one.period.title}）" if one.period else ""
        yield Headline(
            title=one.result.title + period,
            label="" if branch.title == one.result.title else branch.title,
            value=value_words(branch.value, unit=branch.unit),
            state=state_of(branch.value),
            is_number=is_number(branch.value),
            full=out_of(branch),
            unit=unit_words(branch.unit),
            reason=reason(branch.value, unit=branch.unit),
            grade="" if grade is None or grade is branch else value_words(grade.value),
            grade_state="" if grade is None else state_of(grade.value),
            target=anchors[_key(one)],
        )


def _section(explanation: Explanation, anchors: Anchors, rows: RowFinder) -> Section:
    view = _TreeView(explanation.fact.ref, anchors, _key(explanation), rows)
    return Section(
        anchor=view.anchor,
        title=explanation.result.title,
        period=explanation.period.title if explanation.period else "",
        exempt=explanation.exempt.title if explanation.exempt else "",
        clauses=explanation.clauses,
        nodes=tuple(view.node(one, depth=0) for one in explanation.branches if not one.hidden),
        between=tuple(view.node(one, depth=0) for one in explanation.branches if one.hidden),
        advice=explanation.advice,
        note=explanation.result.note,
    )


@dataclass(frozen=True)
class _TreeView:
    """Turns the branches of one row into nodes."""

    about: RowRef
    anchors: Anchors
    key: tuple[str, str]
    rows: RowFinder

    @property
    def anchor(self) -> str:
        return self.anchors[self.key]

    def node(self, branch: Branch, *, depth: int) -> Node:
        """Parts of the first level are in view, and so is whatever wants to be looked at."""
        spelled = arithmetic(branch, self.rows, about=self.about)
        is_line = not branch.item
        return Node(
            anchor=f"{self.anchor}-{branch.item}" if branch.item else "",
            title=branch.title,
            value=value_words(branch.value, unit=branch.unit),
            state=state_of(branch.value),
            full=out_of(branch),
            unit=unit_words(branch.unit),
            aside=spelled if is_line else _gap(branch),
            wants_look=bool(branch.flags) or _exceeds(branch),
            reason=reason(branch.value, unit=branch.unit),
            exact=exact_words(branch.value, unit=branch.unit),
            arithmetic="" if is_line else spelled,
            counted=counted_words(branch),
            clauses=branch.clauses,
            tables=tuple(self.rows.tables(branch.rows, about=self.about)),
            reads=tuple(dict.fromkeys(self._link(read) for read in branch.reads)),
            flags=branch.flags,
            note=branch.note,
            rounding_note=branch.rounding_note,
            is_line=is_line,
            is_open=(depth == 0 and any(below.item for below in branch.branches))
            or any(below.flags for below in walk_branches(branch.branches)),
            nodes=tuple(self.node(below, depth=depth + 1) for below in branch.branches),
        )

    def _link(self, read: Read) -> Link:
        if read.result == self.key[0]:
            target = f"{self.anchor}-{read.item}" if read.item else self.anchor
            return Link(read.title, target)
        firsts = (anchor for (result, _), anchor in self.anchors.items() if result == read.result)
        return Link(read.title, next(firsts, ""))


def _gap(branch: Branch) -> str:
    """What a mark lacks, or has beyond its full mark; its parts say it where it has parts."""
    if branch.points is None or not is_number(branch.value) or branch.bonus:
        return ""
    gap = branch.points - branch.value
    if gap > 0 and not any(below.item for below in branch.branches):
        return f"还差 {_amount(gap, branch.unit)}"
    return f"高于满分 {_amount(-gap, branch.unit)}" if gap < 0 else ""


def _amount(number: Fraction, unit: str) -> str:
    return figure(number, unit=unit) if unit == PERCENT else f"{shown(number)} {unit}"


def _exceeds(branch: Branch) -> bool:
    over = branch.points is not None and is_number(branch.value) and branch.value > branch.points
    return over and not branch.bonus
