"""A change as one sentence, the way an administrator would tell it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from kaocheng.engine.problems import Language
from kaocheng.engine.versions.change import Change, Effect, Side
from kaocheng.engine.versions.keys import attributes_of_part, word_of

SECTIONS: Mapping[str, tuple[str, str]] = {
    "scheme": ("方案", "scheme"),
    "parameters": ("参数", "parameters"),
    "registers": ("数据表", "registers"),
    "period_kinds": ("周期", "periods"),
    "process": ("流程", "process"),
    "documents": ("文书表册", "documents"),
    "notice": ("通知原文", "the notice"),
    "doubts": ("疑点", "doubts"),
}
EFFECTS: Mapping[Effect, tuple[str, str]] = {
    "results": ("影响结果", "results"),
    "process": ("影响办理", "process"),
    "wording": ("只改文字", "wording"),
}
_NOUNS: Mapping[str, str] = {
    "Clause": "条款",
    "Column": "栏目",
    "Cover": "覆盖要求",
    "Document": "文书",
    "Draw": "抽查",
    "Duty": "职责",
    "Effect": "结果运用",
    "Escalation": "转办",
    "Exemption": "不参加的情形",
    "Fail": "直接定等次的情形",
    "Field": "字段",
    "FlagRule": "提示",
    "Gate": "前置条件",
    "Include": "必选项",
    "Item": "指标",
    "Choice": "情形",
    "Need": "要求",
    "Notice": "一段",
    "Doubt": "疑点",
    "Objection": "异议渠道",
    "Parameter": "参数",
    "Phase": "阶段",
    "PickRule": "选择规则",
    "Publicity": "公示",
    "Register": "数据表",
    "Result": "结果表",
    "Route": "办理步骤",
    "Step": "步骤",
    "Telling": "计时",
    "Vote": "表决",
    "WrittenStep": "一档",
}
# Words before and behind both values.
_AROUND: Mapping[tuple[str, str], tuple[str, str]] = {
    ("Take", "at_most"): ("不超过 ", ""),
    ("Take", "fill_to"): ("补足到 ", ""),
    ("Take", "number"): ("固定 ", ""),
    ("WrittenStep", "from"): ("", "起"),
    ("WrittenStep", "to"): ("", "止"),
    ("WrittenStep", "points"): ("计 ", " 分"),
}
_MECHANISM_NOUNS = {"deduct": "扣分事项", "add": "加分事项", "pay": "分配步骤"}
_ENTRY_POINTS = {"deduct": "扣分", "add": "加分"}
# Texts up to this long are told whole, longer ones by what changed in them.
_SHORT = 24
_KEPT_AROUND = 6
# Texts less alike are told one after the other: marks in every place would be unreadable.
_ALIKE = 0.5
_TOKEN = re.compile(r"\d+(?:\.\d+)?%?|[A-Za-z_]+|\s+|.", re.DOTALL)
_QUOTED = frozenset({"title", "note", "say", "about", "why", "otherwise", "grade", "gives", "then"})


def section_title(change: Change, language: Language) -> str:
    """The heading that a change stands under."""
    if change.section == "scheme" and len(change.side.titles) and change.part != "SchemeFile":
        title = change.side.titles[0]
        is_result = change.side.path[1:2] == ("results",)
        if is_result:
            return f"结果表“{title}”" if language == "zh" else f"result “{title}”"
    words = SECTIONS.get(change.section, (change.section, change.section))
    return words[0] if language == "zh" else words[1]


def sentence(change: Change, language: Language = "zh") -> str:
    """The change in words, without its section, place and clause."""
    return _in_chinese(change) if language == "zh" else _in_english(change)


def _subject(change: Change, side: Side) -> str:
    """What the sentence is about: titles below the section's own."""
    titles = list(side.titles)
    if change.section == "scheme" and change.part in ("SchemeFile", "Source"):
        return ""
    if change.section == "scheme" and len(titles) > 1 and change.part != "Result":
        titles = titles[1:]
    if change.part == "WrittenStep" and change.kind == "changed":
        titles[-1] = f"“{titles[-1]}”" if change.key != "points" else "这一档"
    return "·".join(titles)


def _in_chinese(change: Change) -> str:
    side = change.side
    if change.part == "Clause":
        return _clause_in_chinese(change)
    if change.part == "Notice":
        return _paragraph_in_chinese(change)
    match change.kind:
        case "added":
            return f"新增{_noun(change)}{_whole(change, side)}"
        case "removed":
            return f"删去{_noun(change)}{_whole(change, side)}"
        case "moved":
            assert change.old is not None
            assert change.new is not None
            origin, target = change.old.words or "最上层", change.new.words or "最上层"
            return f"{_noun(change)}“{side.titles[-1]}”由“{origin}”移到“{target}”"
        case "renamed":
            return f"{_subject(change, side)}：编号由 {_text(change.old)} 改为 {_text(change.new)}"
        case "reordered":
            return (
                f"{_colon(_subject(change, side))}{_word(change)}的次序由"
                f"{_spaced(_said(change.old))}改为{_spaced(_said(change.new))}"
            )
        case _:
            return _changed_in_chinese(change)


def _changed_in_chinese(change: Change) -> str:
    old, new = change.old, change.new
    assert old is not None
    assert new is not None
    head, word = _colon(_subject(change, new)), _word(change)
    if not new.text:
        return f"{head}去掉{word}（原为 {_value(change, old)}）"
    if not old.text:
        return f"{head}加上{word} {_value(change, new)}"
    if max(len(old.words), len(new.words)) > _SHORT and change.key != "mechanism":
        return f"{head}{word}改动：{marked(old.words, new.words)}"
    told = f"{head}{word}由{_spaced(_value(change, old))}改为{_spaced(_value(change, new))}"
    return told.rstrip()


def _clause_in_chinese(change: Change) -> str:
    side = change.side
    rule = side.titles[-1]
    head = _colon(_subject(change, side).removesuffix(rule).rstrip("·"))
    name = f"条款 {rule}".rstrip()
    match change.kind:
        case "added":
            return f"{head}新引{name}：“{side.text}”"
        case "removed":
            return f"{head}不再引{name}：“{side.text}”"
        case _:
            return f"{head}{name} 文字改动：{marked(_text(change.old), _text(change.new))}"


def _paragraph_in_chinese(change: Change) -> str:
    at = f"第 {change.side.place.line} 段"
    if change.kind == "changed":
        return f"{at}改动：{marked(_text(change.old), _text(change.new))}"
    return f"{'加上' if change.kind == 'added' else '删去'}{at}：“{change.side.text}”"


def _whole(change: Change, side: Side) -> str:
    titles = side.titles[1:] if change.section == "scheme" and len(side.titles) > 1 else side.titles
    name = f"“{'·'.join(titles)}”" if titles else ""
    return f"{name}（{side.words}）" if side.words else name


def _noun(change: Change) -> str:
    if change.part in ("Entry", "Step") and change.within in _MECHANISM_NOUNS:
        return _MECHANISM_NOUNS[change.within]
    return _NOUNS.get(change.part, "")


def _word(change: Change) -> str:
    if change.part == "Entry" and change.key == "points":
        return _ENTRY_POINTS.get(change.within, "分值")
    if change.part == "WrittenStep":
        return ""
    if change.key == "mechanism":
        return "算法"
    if (change.part, change.key) == ("Parameter", "default") and _is_chosen(change):
        return "取值"
    if change.part == "Limit":
        name = {"floor": "保底", "cap": "封顶"}.get(str(change.side.path[-2]), "")
        return f"{name}的条件" if change.key == "when" else name
    if change.key == "events":
        return "事项"
    if change.key in ("rows", "shares", "options", "periods", "period_kinds"):
        return ""
    attribute = attributes_of_part(change.part).get(change.key)
    return change.key if attribute is None else word_of(change.part, attribute)


def _is_chosen(change: Change) -> bool:
    """Whether a value of a parameter stands in a table of choices, not in the pack."""
    sides = (change.old, change.new)
    return any(side is not None and not side.place.file.endswith(".yaml") for side in sides)


def _value(change: Change, side: Side) -> str:
    before, behind = _AROUND.get((change.part, change.key), ("", ""))
    if change.part == "WrittenStep" and change.within == "grade" and side.words.isdecimal():
        behind = f" 分{behind}"
    words = f"“{side.words}”" if change.key in _QUOTED else side.words
    return f"{before}{words}{behind}"


def _spaced(words: str) -> str:
    """Figures stand apart from Chinese characters, quotes do not."""
    start, end = ("" if _is_wide(one) else " " for one in (words[:1], words[-1:]))
    return f"{start}{words}{end}"


def _is_wide(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff" or character in "“”（）《》"


def _colon(subject: str) -> str:
    return f"{subject}：" if subject else ""


def _text(side: Side | None) -> str:
    return "" if side is None else side.text


def _said(side: Side | None) -> str:
    return "" if side is None else side.words


def _in_english(change: Change) -> str:
    name, old, new = change.id, _text(change.old), _text(change.new)
    title = f"“{'·'.join(change.side.titles)}” " if change.side.titles else ""
    part = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", change.part).lower()
    match change.kind:
        case "added":
            return f"added {part} {title}({name})" + (f": {new}" if part == "clause" else "")
        case "removed":
            return f"removed {part} {title}({name})" + (f": {old}" if part == "clause" else "")
        case "moved":
            return f"moved {part} {title}({name}) from “{old}” to “{new}”"
        case "renamed":
            return f"renamed {title}from {old} to {new}"
        case "reordered":
            return f"{title}({name}): order changed from {old} to {new}"
    if not old or not new:
        return f"{title}({name}): {'set to' if new else 'unset, was'} {new or old}"
    if max(len(old), len(new)) > _SHORT * 2:
        return f"{title}({name}): {marked(old, new)}"
    return f"{title}({name}): {old} → {new}"


def marked(old: str, new: str) -> str:
    """Both texts in one: `病假【2→3】天以内`; what stays the same for long is left out."""
    left, right = _TOKEN.findall(old), _TOKEN.findall(new)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return f"【{old}→{new}】"
    blocks = matcher.get_opcodes()
    words = []
    for at, (tag, i1, i2, j1, j2) in enumerate(blocks):
        before, after = "".join(left[i1:i2]), "".join(right[j1:j2])
        if tag == "equal":
            words.append(_kept(before, first=at == 0, last=at == len(blocks) - 1))
        elif not after:
            words.append(f"【删：{before}】")
        else:
            words.append(f"【{before}→{after}】" if before else f"【加：{after}】")
    return "".join(words)


def _kept(text: str, *, first: bool, last: bool) -> str:
    if len(text) <= 2 * _KEPT_AROUND + 2:
        return text
    start = "" if first else text[:_KEPT_AROUND]
    end = "" if last else text[-_KEPT_AROUND:]
    return f"{start}……{end}"


def by_section(
    changes: Sequence[Change], language: Language = "zh"
) -> list[tuple[str, list[Change]]]:
    """The changes under their headings, in the order of the pack."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(section_title(change, language), []).append(change)
    return list(found.items())
