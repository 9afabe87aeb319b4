"""What differs between two versions of a scheme as a table, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from kaocheng.engine.language.shape import Clause
from kaocheng.engine.problems import Language, Place
from kaocheng.engine.versions.change import Change, Side
from kaocheng.engine.versions.keys import attributes_of_part, word_of
from kaocheng.engine.versions.sentences import EFFECTS, section_title, sentence
from kaocheng.formats import OutColumn, OutTable

_KINDS = {
    "changed": "改动",
    "added": "新增",
    "removed": "删去",
    "moved": "移动",
    "renamed": "改编号",
    "reordered": "改次序",
}
_COLUMNS = (
    ("effect", "影响"),
    ("kind", "怎么变"),
    ("section", "部分"),
    ("id", "编号"),
    ("title", "名称"),
    ("key", "写的什么"),
    ("old", "原来"),
    ("new", "现在"),
    ("sentence", "说明"),
    ("old_place", "原来的位置"),
    ("new_place", "现在的位置"),
    ("old_clause", "原来的条款"),
    ("new_clause", "现在的条款"),
)


def change_table(changes: Sequence[Change], language: Language = "zh") -> OutTable:
    """Shape: one row per change, as in the words; texts exactly as they are written."""
    columns = tuple(OutColumn(id, title if language == "zh" else id) for id, title in _COLUMNS)
    rows = tuple(_row(change, language) for change in changes)
    return OutTable("changes", "两份方案的不同", columns, rows)


def _row(change: Change, language: Language) -> tuple[str, ...]:
    zh = language == "zh"
    return (
        EFFECTS[change.effect][0 if zh else 1],
        _KINDS[change.kind] if zh else change.kind,
        section_title(change, language),
        change.id,
        "·".join(change.side.titles),
        _word(change) if zh else change.key,
        _text(change.old),
        _text(change.new),
        sentence(change, language),
        place_text(change.old),
        place_text(change.new),
        clauses_text(change.old),
        clauses_text(change.new),
    )


def changes_json(changes: Sequence[Change], language: Language = "zh") -> str:
    """Shape: `{equal, changes: [{effect, kind, section, id, key, sentence, old, new}]}`.

    A side has `titles`, `text`, `words`, `file`, `line` and `clauses`; null where there is none.
    """
    whole = {
        "equal": not changes,
        "changes": [
            {
                "effect": change.effect,
                "kind": change.kind,
                "section": change.section,
                "id": change.id,
                "key": change.key,
                "sentence": sentence(change, language),
                "old": _side(change.old),
                "new": _side(change.new),
            }
            for change in changes
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _side(side: Side | None) -> dict[str, object] | None:
    if side is None:
        return None
    return {
        "titles": list(side.titles),
        "text": side.text,
        "words": side.words,
        "file": _file(side.place),
        "line": side.place.line,
        "clauses": [{"rule": clause.rule, "text": clause.text} for clause in side.clauses],
    }


def place_text(side: Side | None) -> str:
    """`scheme.yaml:23`; the folder is that of the pack."""
    if side is None or not side.place.file:
        return ""
    line = f":{side.place.line}" if side.place.line else ""
    return f"{_file(side.place)}{line}"


def _file(place: Place) -> str:
    return place.file.replace("\\", "/").rpartition("/")[2]


def clauses_text(side: Side | None) -> str:
    """The clauses of a side, each as `T1-03：“病假……”`."""
    return "；".join(_clause(clause) for clause in side.clauses) if side is not None else ""


def _clause(clause: Clause) -> str:
    return f"{clause.rule}：“{clause.text}”" if clause.rule else f"“{clause.text}”"


def _word(change: Change) -> str:
    attribute = attributes_of_part(change.part).get(change.key)
    return change.key if attribute is None else word_of(change.part, attribute) or change.key


def _text(side: Side | None) -> str:
    return "" if side is None else side.text
