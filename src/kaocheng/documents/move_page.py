"""A trial of two versions as one page: what changed, what it does, and everybody who moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kaocheng.documents.change_table import clauses_text, place_text
from kaocheng.documents.move_view import MovesView
from kaocheng.documents.pages import rendered
from kaocheng.documents.trial_view import TrialView
from kaocheng.engine.versions.change import Change
from kaocheng.engine.versions.sentences import EFFECTS, section_title, sentence

# A page of more rows than this is slow on a phone; the table has all of them.
MOST_ROWS = 500


@dataclass(frozen=True)
class ChangeView:
    number: int
    effect: str
    kind: str
    section: str
    words: str
    old: str
    new: str
    places: str
    clauses: tuple[str, ...]
    alone: tuple[str, ...]


@dataclass(frozen=True)
class PageView:
    """`old` and `new` are what the versions are called, `facts` where the facts come from."""

    title: str
    old: str
    new: str
    facts: str
    changes: tuple[ChangeView, ...]
    wording: int
    results: tuple[MovesView, ...]
    notes: tuple[str, ...]
    most_rows: int = MOST_ROWS

    @property
    def causes(self) -> dict[int, str]:
        return {change.number: change.words for change in self.changes}


def move_page(
    views: Sequence[MovesView],
    changes: Sequence[Change],
    tried: Sequence[TrialView],
    *,
    title: str,
    names: tuple[str, str, str],
    notes: Sequence[str],
) -> str:
    """The page. `names`: the old version, the new one, the facts."""
    shown = [
        _change(number, change, tried)
        for number, change in enumerate(changes, start=1)
        if change.effect != "wording"
    ]
    view = PageView(
        title,
        *names,
        changes=tuple(shown),
        wording=len(changes) - len(shown),
        results=tuple(views),
        notes=tuple(notes),
    )
    return rendered("simulation.html", view=view)


def _change(number: int, change: Change, tried: Sequence[TrialView]) -> ChangeView:
    places = [place_text(side) for side in (change.old, change.new) if side is not None]
    quoted = [clauses_text(side) for side in (change.old, change.new)]
    return ChangeView(
        number=number,
        effect=EFFECTS[change.effect][0],
        kind=change.effect,
        section=section_title(change, "zh"),
        words=sentence(change),
        old="" if change.old is None else change.old.words,
        new="" if change.new is None else change.new.words,
        places=" → ".join(places),
        clauses=tuple(dict.fromkeys(one for one in quoted if one)),
        alone=tuple(words for one in _telling(number, tried) for words in alone_words(one, number)),
    )


def _telling(number: int, tried: Sequence[TrialView]) -> list[TrialView]:
    """The trials of a change: those of it alone, where there are any."""
    found = [one for one in tried if number in one.numbers]
    return [one for one in found if not one.is_joint] or found


def alone_words(trial: TrialView, number: int) -> list[str]:
    """What a change does alone, or why that cannot be told."""
    together = "、".join(str(one) for one in trial.numbers if one != number)
    if not trial.is_tried:
        return ["不能单独试算：要和别的改动一起才成立"]
    head = f"与第 {together} 处一起改" if together else "单独改这一处"
    if not trial.results:
        return [f"{head}：谁都不变"]
    return [
        f"{head}：“{one.title}”{one.moved} 个变化"
        + (f"，等次变 {one.grades} 个" if one.grades else "")
        + (f"，得分合计 {one.scores}" if one.scores else "")
        for one in trial.results
    ]
