"""From the text of an expression to its tree.

Grammar, loosest first: `or` · `and` · `not` · comparison, `in` · `+ -` · `* /` · unary `-` · atom.
Bounded: 2,000 characters, 400 words, 30 levels. Every fault is located and told in Chinese.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from kaocheng.engine.exact import NotExact, read_exact
from kaocheng.engine.expressions.tree import (
    Aggregate,
    Among,
    Binary,
    Call,
    Expr,
    Literal,
    Name,
    Tree,
    Unary,
)
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.yaml_text import Scalar

MOST_CHARACTERS = 2_000
MOST_WORDS = 400
MOST_LEVELS = 30

UNITS = (
    *("工作日", "个工作日", "学时", "学分", "分钟", "小时", "个月", "课时", "半天", "百分点"),
    *(
        "天",
        "日",
        "周",
        "月",
        "年",
        "次",
        "条",
        "个",
        "篇",
        "节",
        "人",
        "项",
        "名",
        "所",
        "份",
        "期",
    ),
    *("字", "岁", "分", "元", "位", "件", "票", "场", "本", "门", "级"),
)
AGGREGATES_OF_VALUES = (
    "sum",
    "mean",
    "trimmed_mean",
    "min",
    "max",
    "distinct",
    "one",
    "latest",
    "worst",
    "best",
)
AGGREGATES_OF_ROWS = ("count", "any", "none", "run")
_WORDS = ("and", "or", "not", "in", "over", "by", "of", "where")
_TOKEN = re.compile(
    r"(?P<blank>\s+)"
    r"|(?P<date>\d{4}-\d{2}-\d{2})"
    r"|(?P<counted>\d+(?:\.\d+)?\s?(?:" + "|".join(sorted(UNITS, key=len, reverse=True)) + r"))"
    r"|(?P<number>\d+(?:\.\d+)?%?(?![\w.%]|(?<=%)\d))"
    r"|(?P<text>'[^']*')"
    r"|(?P<truth>[是否])"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<mark><=|>=|!=|[-+*/()=<>,.])"
)
_FULL_WIDTH = dict(zip("（），＝＞＜％×÷＋－‘’“”", "(),=><%*/+-''''", strict=True))
_FULL_WIDTH |= {"≥": ">=", "≤": "<=", "≠": "!=", '"': "'"}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


class _Fault(Exception):
    def __init__(self, id: str, at: int, **values: object) -> None:
        super().__init__(id)
        self.id, self.at, self.values = id, at, values


def parse_expression(source: Scalar, *, problems: Problems) -> Expr | None:
    """The expression written in `source`, or None after noting what is wrong with it."""
    try:
        if len(source.text) > MOST_CHARACTERS:
            raise _Fault("E01", 0, most=MOST_CHARACTERS)
        return Expr(source, _Parser(_scan(source.text)).whole())
    except _Fault as fault:
        problems.add(fault.id, source.inside(fault.at), **fault.values)
        return None


def _scan(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        if match.lastgroup != "blank":
            tokens.append(_Token(str(match.lastgroup), match[0], at))
        at = match.end()
        if len(tokens) > MOST_WORDS:
            raise _Fault("E01", at, most=MOST_WORDS)
    return [*tokens, _Token("end", "", len(text))]


def _unreadable(text: str, at: int) -> _Fault:
    if text[at] in _FULL_WIDTH:
        return _Fault("E03", at, found=text[at], want=_FULL_WIDTH[text[at]])
    word = re.match(r"[\w.%]+", text[at:])
    found = word[0] if word else text[at]
    return _Fault("E04" if found[0].isdigit() else "E02", at, found=found)


class _Parser:
    """Recursive descent with a bound on depth, so that no input can exhaust the stack."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.level = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def whole(self) -> Tree:
        if self.token.kind == "end":
            raise _Fault("E05", 0)
        tree = self._or()
        if self.token.kind != "end":
            raise _Fault("E02", self.token.at, found=self.token.text)
        return tree

    def _accept(self, *texts: str) -> _Token | None:
        token = self.token
        if token.kind in ("mark", "name") and token.text in texts:
            self.position += 1
            return token
        return None

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            found = self.token.text or "结尾"
            raise _Fault("E06", self.token.at, want=text, found=found)

    def _or(self) -> Tree:
        self.level += 1
        if self.level > MOST_LEVELS:
            raise _Fault("E07", self.token.at, most=MOST_LEVELS)
        left = self._and()
        while operator := self._accept("or"):
            left = Binary("or", left, self._and(), operator.at)
        self.level -= 1
        return left

    def _and(self) -> Tree:
        left = self._not()
        while operator := self._accept("and"):
            left = Binary("and", left, self._not(), operator.at)
        return left

    def _not(self) -> Tree:
        if operator := self._accept("not"):
            self.level += 1
            if self.level > MOST_LEVELS:
                raise _Fault("E07", operator.at, most=MOST_LEVELS)
            tree = Unary("not", self._not(), operator.at)
            self.level -= 1
            return tree
        return self._comparison()

    def _comparison(self) -> Tree:
        left = self._sum()
        if operator := self._accept("=", "!=", "<", "<=", ">", ">="):
            tree = Binary(operator.text, left, self._sum(), operator.at)
            if chained := self._accept("=", "!=", "<", "<=", ">", ">="):
                raise _Fault("E08", chained.at)
            return tree
        if operator := self._accept("in"):
            self._expect("(")
            return Among(left, self._list(), operator.at)
        return left

    def _sum(self) -> Tree:
        left = self._product()
        while operator := self._accept("+", "-"):
            left = Binary(operator.text, left, self._product(), operator.at)
        return left

    def _product(self) -> Tree:
        left = self._signed()
        while operator := self._accept("*", "/"):
            left = Binary(operator.text, left, self._signed(), operator.at)
        return left

    def _signed(self) -> Tree:
        if operator := self._accept("-"):
            self.level += 1
            if self.level > MOST_LEVELS:
                raise _Fault("E07", operator.at, most=MOST_LEVELS)
            tree = Unary("-", self._signed(), operator.at)
            self.level -= 1
            return tree
        return self._atom()

    def _atom(self) -> Tree:
        token = self.token
        if self._accept("("):
            inside = self._or()
            self._expect(")")
            return inside
        self.position += 1
        match token.kind:
            case "number":
                unit = "%" if token.text.endswith("%") else ""
                return Literal(_exact(token), token.at, unit)
            case "counted":
                return _counted(token)
            case "date":
                return Literal(_date(token), token.at)
            case "text":
                return Literal(token.text[1:-1], token.at)
            case "truth":
                return Literal(token.text == "是", token.at)
            case "name" if token.text not in _WORDS:
                return self._name_or_call(token)
            case _:
                found = token.text or "结尾"
                raise _Fault("E06", token.at, want="数、名称或括号", found=found)

    def _name_or_call(self, token: _Token) -> Tree:
        if not self._accept("("):
            return self._path(token)
        if token.text in AGGREGATES_OF_ROWS:
            return self._aggregate(token, None)
        first = None if self.token.text == ")" else self._or()
        if first is not None and self._accept("over"):
            if token.text not in AGGREGATES_OF_VALUES:
                raise _Fault("E09", token.at, name=token.text)
            return self._aggregate(token, first)
        rest: tuple[Tree, ...] = ()
        if first is None:
            self._expect(")")
            return Call(token.text, (), token.at)
        if self._accept(","):
            rest = self._list()
        else:
            self._expect(")")
        return Call(token.text, (first, *rest), token.at)

    def _aggregate(self, token: _Token, value: Tree | None) -> Tree:
        table = self._word()
        link = self._path(self._word()) if self._accept("by") else None
        scope = self._path(self._word()) if self._accept("of") else None
        where = self._or() if self._accept("where") else None
        self._expect(")")
        return Aggregate(token.text, value, table.text, link, scope, where, token.at)

    def _word(self) -> _Token:
        token = self.token
        if token.kind != "name" or token.text in _WORDS:
            raise _Fault("E06", token.at, want="名称", found=token.text or "结尾")
        self.position += 1
        return token

    def _path(self, first: _Token) -> Name:
        path = [first.text]
        while self._accept("."):
            token = self.token
            if token.kind != "name":
                raise _Fault("E06", token.at, want="名称", found=token.text or "结尾")
            self.position += 1
            path.append(token.text)
        return Name(tuple(path), first.at)

    def _list(self) -> tuple[Tree, ...]:
        """The rest of a list in brackets; the opening bracket has been read."""
        options = [self._or()]
        while self._accept(","):
            options.append(self._or())
        self._expect(")")
        return tuple(options)


def _exact(token: _Token) -> Fraction:
    try:
        return read_exact(token.text)
    except NotExact:
        raise _Fault("E04", token.at, found=token.text) from None


def _counted(token: _Token) -> Literal:
    """A number with its unit: `2 天`. The unit is kept for the explanation."""
    digits = re.match(r"[\d.]+", token.text)
    assert digits is not None
    return Literal(Fraction(digits[0]), token.at, token.text[digits.end() :].strip())


def _date(token: _Token) -> date:
    try:
        return date.fromisoformat(token.text)
    except ValueError:
        raise _Fault("E10", token.at, found=token.text) from None
