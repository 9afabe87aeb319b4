"""L12: a rate whose base is not named: 合格率 of everybody, or of those who took part?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kaocheng.engine.compile import Column
from kaocheng.engine.expressions.bound import BBinary
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.lint.look import Finding, Look, listed
from kaocheng.engine.lint.spelling import plain
from kaocheng.engine.mechanisms.band import Band
from kaocheng.engine.problems import Place, problem

_RATE_NAME = re.compile(
    r"([\u4e00-\u9fff]{2}率)(?=[^\u4e00-\u9fff]*\d|达|不低|不少|须|应|高于|低于|超过|每)"
)
_BASE_NAMED = re.compile(
    r"除以|÷|占.{1,16}的?(?:比例|比率|百分比)|率(?:=|是指|指|按.{1,12}计算)|之比"
)
# A choice between two bases, made by a parameter of the pack.
_READING = re.compile(r"分母|基数")
_READING_TITLE = re.compile(r"按哪些人|[均率]值?怎样算|算不算.{0,8}人数")


def bases_not_named(look: Look) -> Iterator[Finding]:
    readings = [one for one in look.pack.parameters.values() if one.type == "choice"]
    decided = [one for one in readings if _is_about_a_base(one)]
    for parameter in decided:
        title = f"“{parameter.title}”"
        how, how_en = "由这个参数决定", "this parameter decides"
        values = {"what": title, "what_en": title, "how": how, "how_en": how_en}
        yield Finding(problem("L12", parameter.place, **values))
    yield from _rates(look, "".join(map(_words, decided)))


def _is_about_a_base(parameter: Parameter) -> bool:
    title = _READING_TITLE.search(plain(parameter.title))
    return title is not None or _READING.search(_words(parameter)) is not None


def _words(parameter: Parameter) -> str:
    return plain(" ".join((parameter.title, parameter.why, *parameter.options.values())))


def _rates(look: Look, decided: str) -> Iterator[Finding]:
    """The rates that items compute, whose clause says how high but not of what."""
    found: dict[str, tuple[Place, Column]] = {}
    for column, item in look.items.items():
        if not _divides(look, column):
            continue
        for clause in item.clauses:
            text = plain(clause.text)
            if _BASE_NAMED.search(text):
                continue
            for name in _RATE_NAME.findall(text):
                if name not in decided and not _defined(look, name):
                    found.setdefault(name, (item.place, column))
    if found:
        place, column = next(iter(found.values()))
        names = listed(tuple(found))
        how, how_en = "请核对方案所用的基数", "see what the pack divides by"
        values = {"what": names, "what_en": names, "how": how, "how_en": how_en}
        yield look.at_item("L12", column, place, **values)


def _divides(look: Look, column: Column) -> bool:
    spec = look.items[column].spec
    if isinstance(spec, Band) and spec.over is not None:
        return True
    return any(isinstance(node, BBinary) and node.operator == "/" for node in look.nodes[column])


def _defined(look: Look, name: str) -> bool:
    return any(
        name in line.text and re.search(rf"{name}(?:=|是指|指的是|按.{{1,12}}计算)", line.text)
        for line in look.lines
    )
