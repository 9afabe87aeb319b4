"""The notice beside its rules: every paragraph with the quotes in it and what rests on them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kaocheng.documents.rules_view import RuleView
from kaocheng.engine.language.scheme import Doubt
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.model import Pack
from kaocheng.engine.notice import Notice, Stretch

_HEADING = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]{1,3}[章条部]|[(（][一二三四五六七八九十]{1,3}[)）]).{0,30}"
)
_ENDS_A_SENTENCE = ("。", ";", "；", ",", "，")


@dataclass(frozen=True)
class Piece:
    """A run of characters of one paragraph; `target` is the rule that quotes it, or empty."""

    text: str
    target: str


@dataclass(frozen=True)
class Paragraph:
    """`rules` first stand here; `again` have stood before, beside an earlier quote of theirs."""

    line: int
    is_heading: bool
    pieces: tuple[Piece, ...]
    rules: tuple[RuleView, ...]
    again: tuple[RuleView, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class NoticeView:
    """The text, and the rules that do not stand beside it.

    `added` are carried by no clause: what the pack had to add or computes on the way. `apart` quote
    what the text does not hold (where there is no notice, for example).
    """

    paragraphs: tuple[Paragraph, ...]
    apart: tuple[RuleView, ...]
    added: tuple[RuleView, ...]
    doubts: tuple[Doubt, ...]
    quoted: int
    share: str


def notice_view(pack: Pack, rules: Sequence[RuleView]) -> NoticeView:
    """The whole notice; without one, the rules alone."""
    notice = pack.notice or Notice("", ())
    found = {rule.anchor: _stretches(notice, rule.clauses) for rule in rules}
    doubted = [(doubt, _stretches(notice, doubt.clauses)) for doubt in pack.scheme.doubts]
    shown: set[str] = set()
    paragraphs = []
    for number, text in enumerate(notice.paragraphs):
        if not text.strip():
            continue
        here = [
            rule for rule in rules if any(one.paragraph == number for one in found[rule.anchor])
        ]
        paragraphs.append(
            Paragraph(
                line=number + 1,
                is_heading=_is_heading(text),
                pieces=tuple(_pieces(text, number, here, found)),
                rules=tuple(rule for rule in here if rule.anchor not in shown),
                again=tuple(rule for rule in here if rule.anchor in shown),
                doubts=tuple(doubt for doubt, at in doubted if at and at[0].paragraph == number),
            )
        )
        shown.update(rule.anchor for rule in here)
    quoted = [rule for rule in rules if rule.clauses]
    return NoticeView(
        paragraphs=tuple(paragraphs),
        apart=tuple(rule for rule in quoted if rule.anchor not in shown),
        added=tuple(rule for rule in rules if not rule.clauses),
        doubts=tuple(doubt for doubt, at in doubted if not at),
        quoted=len({clause.rule for rule in quoted for clause in rule.clauses if clause.rule}),
        share=_share(notice, found.values()),
    )


def _stretches(notice: Notice, clauses: Sequence[Clause]) -> list[Stretch]:
    found = [stretch for clause in clauses for stretch in notice.find(clause.text)]
    return sorted(set(found), key=lambda one: (one.paragraph, one.start, one.end))


def _pieces(
    text: str, number: int, here: Sequence[RuleView], found: Mapping[str, Sequence[Stretch]]
) -> Iterator[Piece]:
    """The paragraph cut where a quote begins or ends; each piece leads to its narrowest quote."""
    spans = [
        (one.end - one.start, one.start, one.end, rule.anchor)
        for rule in here
        for one in found[rule.anchor]
        if one.paragraph == number
    ]
    cuts = sorted({0, len(text), *(at for _, start, end, _ in spans for at in (start, end))})
    pieces: list[Piece] = []
    for start, end in pairwise(cuts):
        over = [span for span in spans if span[1] <= start and end <= span[2]]
        target = min(over)[3] if over else ""
        if pieces and pieces[-1].target == target:
            pieces[-1] = Piece(pieces[-1].text + text[start:end], target)
        else:
            pieces.append(Piece(text[start:end], target))
    yield from pieces


def _is_heading(text: str) -> bool:
    return bool(_HEADING.fullmatch(text.strip())) and not text.strip().endswith(_ENDS_A_SENTENCE)


def _share(notice: Notice, found: Iterable[Sequence[Stretch]]) -> str:
    """How much of the notice is quoted by some rule, in whole percent."""
    letters = sum(len("".join(text.split())) for text in notice.paragraphs)
    if not letters:
        return ""
    covered = {
        (one.paragraph, at)
        for stretches in found
        for one in stretches
        for at in range(one.start, one.end)
        if not notice.paragraphs[one.paragraph][at].isspace()
    }
    return f"{len(covered) * 100 // letters}%"
