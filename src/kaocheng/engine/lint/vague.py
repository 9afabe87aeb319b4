"""L13: words that leave a number, a deadline or points to whoever reads them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from kaocheng.engine.language.scheme import Item
from kaocheng.engine.lint.look import Finding, Look, Quoted, listed
from kaocheng.engine.problems import Place, problem
from kaocheng.engine.process.entries import Draw, Duty, Entry, Objection, Publicity, Vote

_NUMBER = r"\d+(?:\.\d+)?(?:%|(?![的左])[\u4e00-\u9fff])?"
_AMOUNT = re.compile(rf"(?:约|大概){_NUMBER}|{_NUMBER}左右")
_SOON = re.compile(r"及时|尽快|尽早|适时|早日|规定的?时[限间]内?|有效时间内")
_JUDGED = re.compile(
    r"酌情|视情[况节]?(?!给予通报批评(?:。|$))|适当|明显|一定的?(?:比例|数量|天数|标准)"
)
# How much of each: the words, why they matter.
_KINDS = (
    (_AMOUNT, "数目不确定", "the number is not fixed"),
    (_SOON, "没有写期限", "there is no deadline"),
    (_JUDGED, "分值或等次由人斟酌，没有写幅度", "how much is left to somebody's judgement"),
)


def vague_words(look: Look) -> Iterator[Finding]:
    """One finding for the words that the same rules hang on."""
    for pattern, why, why_en in _KINDS:
        found: dict[str, list[tuple[Place, str]]] = {}
        for quoted in look.quotes:
            if _matters(quoted, pattern, look.pack.parameters):
                for word in pattern.findall(quoted.text):
                    found.setdefault(word, []).append((quoted.clause.place, quoted.title))
        together: dict[str, list[str]] = {}
        for word, uses in found.items():
            together.setdefault(listed([title for _, title in uses]), []).append(word)
        for titles, words in together.items():
            said = "、".join(f"“{word}”" for word in words)
            values = {"words": said, "titles": titles, "why": why, "why_en": why_en}
            yield Finding(problem("L13", found[words[0]][0][0], **values))


def _matters(quoted: Quoted, pattern: re.Pattern[str], parameters: Collection[str]) -> bool:
    """A number always does; a deadline where none is set; judgement where points hang on it."""
    owner = quoted.owner
    if owner is None:
        return False
    if pattern is _AMOUNT:
        return True
    if isinstance(owner, Item):
        # The words of a distribution describe a grade; its shares decide.
        judged = pattern is _JUDGED and owner.mechanism != "seats"
        return judged or (pattern is _SOON and _costs_points(quoted.text))
    return pattern is _SOON and isinstance(owner, Entry) and not _timed(owner, parameters)


def _costs_points(text: str) -> bool:
    return re.search(r"扣|加\d|计\d", text) is not None


def _timed(entry: Entry, parameters: Collection[str]) -> bool:
    """Whether the notice sets a time; one that a parameter sets was the pack's own addition."""
    match entry:
        case Duty(each=None):
            written = entry.by
        case Objection():
            written = entry.within or entry.answer
        case Duty() | Publicity() | Vote() | Draw():
            return True
        case _:
            return False
    names = () if written is None else re.findall(r"[a-z][a-z0-9_]*", written.source.text)
    return written is not None and not any(name in parameters for name in names)
