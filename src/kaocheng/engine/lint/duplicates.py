"""L20: the same scheme printed twice, within one notice or in two packs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from kaocheng.engine.lint.look import Finding, Look
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, problem

_SHINGLE = 12  # characters that have to agree
_SHORT = 20  # paragraphs below are headings, which repeat for good reasons
_MUCH = 0.4  # of the text
_PERCENT = 100


def printed_twice(look: Look) -> Iterator[Finding]:
    """Most of the notice's paragraphs once more; rules said to be those of another scheme."""
    seen: dict[str, int] = {}
    again, whole, first = 0, 0, None
    for line in look.lines:
        text = line.text.strip()
        if len(text) < _SHORT:
            continue
        whole += len(text)
        if text in seen:
            again += len(text)
            first = first or line
        seen.setdefault(text, line.place.line)
    if first is not None and again >= whole * _MUCH / 2:
        what = f"通知第 {first.place.line} 行起与前文重复，约占全文的 {_PERCENT * again // whole}%"
        what_en = f"the notice repeats itself from line {first.place.line} on"
        yield Finding(problem("L20", first.place, what=what, what_en=what_en))
    same = look.pack.scheme.same_as
    if same:
        others = sorted({_system(rule) for rule in same} - {look.pack.scheme.id})
        names = "、".join(others)
        what = f"{len(same)} 条与 {names} 相同，同一份方案印了两次"
        what_en = f"{len(same)} rules are those of {names}: one scheme printed twice"
        yield Finding(problem("L20", look.pack.scheme.place, what=what, what_en=what_en))


def _system(rule: str) -> str:
    return rule.rsplit("-", 1)[0]


def same_in_two_packs(packs: Sequence[Pack]) -> Iterator[Finding]:
    """Pairs of packs whose notices agree for the most part; told at the later one."""
    texts = [(pack, shingles) for pack in packs if (shingles := _shingles(pack))]
    for (one, some), (other, others) in combinations(texts, 2):
        shared = len(some & others) / min(len(some), len(others))
        if shared >= _MUCH:
            assert other.notice is not None
            share = f"{int(shared * _PERCENT)}%"
            title = one.scheme.title
            what = f"与“{title}”（{one.name}）的通知有 {share} 相同，像是同一份方案"
            what_en = f"{share} of the notice is that of “{title}” ({one.name})"
            place = Place(other.notice.file, 1)
            yield Finding(problem("L20", place, what=what, what_en=what_en))


def _shingles(pack: Pack) -> set[str]:
    """Every few characters of the notice; a third of all places will do."""
    if pack.notice is None:
        return set()
    text = "".join("".join(pack.notice.paragraphs).split())
    found = (text[at : at + _SHINGLE] for at in range(max(0, len(text) - _SHINGLE)))
    return {one for one in found if ord(one[0]) % 3 == 0}
