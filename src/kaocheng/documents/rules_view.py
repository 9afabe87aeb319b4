"""The rules of a pack one by one, each with its clause and as its author wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from kaocheng.documents.agenda import KINDS
from kaocheng.documents.register_rows import cell_text
from kaocheng.engine.clauses import clauses_in
from kaocheng.engine.language.documents import DOCUMENT_KINDS
from kaocheng.engine.language.scheme import Item, children_of
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place
from kaocheng.engine.process.layout import all_entries
from kaocheng.engine.trace import unit_words

# What stands beside the rule anyway: its title, its clause, its note, and the rules inside it.
_SHOWN_ELSEWHERE = re.compile(r"(?P<indent> *)(?:title|clause|note|parts|items): ?.*")
_KIND_OF_ENTRY = {
    "Phase": "phase",
    "Duty": "duty",
    "Gate": "gate",
    "Publicity": "publicity",
    "Objection": "objection",
    "Vote": "vote",
    "Draw": "draw",
}


@dataclass(frozen=True)
class RuleView:
    """`within` is the table or part of the process it stands in, `written` its text in the pack."""

    anchor: str
    kind: str
    title: str
    within: str
    worth: str
    clauses: tuple[Clause, ...]
    note: str
    written: str
    file: str


def rules_of(pack: Pack) -> tuple[RuleView, ...]:
    """Every rule of the pack in the order of its files."""
    return (*_results(pack), *_tables(pack), *_process(pack), *_documents(pack))


def _results(pack: Pack) -> Iterator[RuleView]:
    scheme = pack.scheme
    if scheme.clauses:
        yield _rule(pack, "方案", scheme.title, scheme.place, scheme.clauses, anchor="scheme")
    for result in scheme.results:
        if result.clauses:
            anchor = f"scheme-{result.id}"
            clauses = result.clauses
            yield _rule(pack, "结果表", result.title, result.place, clauses, anchor=anchor)
        for exemption in result.exempt:
            anchor = f"exempt-{result.id}-{exemption.id}"
            title, place, clauses = exemption.title, exemption.place, exemption.clauses
            yield _rule(pack, "免于考核", title, place, clauses, anchor=anchor, within=result.title)
        for item in _with_parts(result.items):
            inside = [id(clause) for part in children_of(item) for clause in clauses_in(part)]
            own = tuple(one for one in clauses_in(item) if id(one) not in inside)
            yield _rule(
                pack, MECHANISMS[item.mechanism].title, item.title, item.place, own,
                anchor=f"item-{result.id}-{item.id}", within=result.title,
                worth=_worth(item), note=item.note,
            )  # fmt: skip


def _with_parts(items: tuple[Item, ...]) -> Iterator[Item]:
    """Every item, the whole before its parts."""
    for item in items:
        yield item
        yield from _with_parts(children_of(item))


def _worth(item: Item) -> str:
    if item.points is None:
        return ""
    marks = f"{cell_text(item.points)} {unit_words(item.unit) or '分'}"
    return f"附加 {marks}" if item.bonus else marks


def _tables(pack: Pack) -> Iterator[RuleView]:
    for register in pack.registers.values():
        clauses = tuple(clauses_in(register))
        if clauses:
            anchor = f"register-{register.id}"
            title, place, note = register.title, register.place, register.note
            yield _rule(pack, "台账", title, place, clauses, anchor=anchor, note=note)
    for parameter in pack.parameters.values():
        anchor = f"parameter-{parameter.id}"
        title, place, clauses = parameter.title, parameter.place, tuple(clauses_in(parameter))
        yield _rule(pack, "参数", title, place, clauses, anchor=anchor, note=parameter.why)


def _process(pack: Pack) -> Iterator[RuleView]:
    for entry in all_entries(pack.process):
        kind = _KIND_OF_ENTRY.get(type(entry).__name__)
        words = KINDS[kind] if kind else {"Effect": "结果运用"}.get(type(entry).__name__, "步骤")
        anchor = f"process-{entry.id}"
        clauses = tuple(clauses_in(entry))
        yield _rule(pack, words, entry.title, entry.place, clauses, anchor=anchor, note=entry.note)


def _documents(pack: Pack) -> Iterator[RuleView]:
    for document in pack.documents.values():
        anchor = f"document-{document.id}"
        kind = DOCUMENT_KINDS[document.kind].partition("：")[0]
        title, place, clauses = document.title, document.place, document.clauses
        yield _rule(pack, kind, title, place, clauses, anchor=anchor, note=document.note)


def _rule(
    pack: Pack,
    kind: str,
    title: str,
    place: Place,
    clauses: tuple[Clause, ...],
    *,
    anchor: str,
    within: str = "",
    worth: str = "",
    note: str = "",
) -> RuleView:
    file = PurePath(place.file)
    text = pack.texts.get(file.stem, "")
    whole = place.line <= 1  # the scheme itself: nobody wants to read the whole file here
    written = "" if whole else as_written(text, place)
    return RuleView(anchor, kind, title, within, worth, clauses, note, written, file.name)


def as_written(text: str, place: Place) -> str:
    """The block of YAML that begins at `place`, without what is shown beside it."""
    lines = text.splitlines()[place.line - 1 :]
    indent = place.column - 1
    if not lines:
        return ""
    block = [" " * indent + lines[0][indent:]]
    for line in lines[1:]:
        if line.strip() and len(line) - len(line.lstrip()) < indent:
            break
        block.append(line)
    return "\n".join(line[indent:] for line in _without_shown(block)).rstrip()


def _without_shown(block: list[str]) -> Iterator[str]:
    """The lines but those of the keys shown elsewhere, and what is indented below such a key."""
    deeper_than = -1
    for line in block:
        depth = len(line) - len(line.lstrip())
        if deeper_than >= 0 and (depth > deeper_than or not line.strip()):
            continue
        found = _SHOWN_ELSEWHERE.fullmatch(line)
        deeper_than = len(found["indent"]) if found else -1
        if not found and not line.lstrip().startswith("#"):
            yield line
