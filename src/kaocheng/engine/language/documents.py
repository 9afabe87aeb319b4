"""documents.yaml: the forms, lists and texts (文书表册) that a scheme asks for, columns as data.

A document is filled from the rows of one result or register; what stands in a column is an
expression about such a row, so a form can show nothing that the scheme does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.shape import (
    CLAUSE,
    Clause,
    Expression,
    Identifier,
    Key,
    ListOf,
    OneOf,
    Record,
    Text,
)
from kaocheng.engine.problems import Place

DocumentKind = Literal["list", "sheet", "text"]
DOCUMENT_KINDS = {
    "list": "一览表：`of` 的每一行是表里的一行",
    "sheet": "个表：`of` 的每一行是一张表",
    "text": "文字：简报、通报、报告等，写 parts",
}


@dataclass(frozen=True)
class Shown:
    """One column of a list, or one line of a sheet: its title and what stands there."""

    title: str
    show: Expr
    place: Place


@dataclass(frozen=True)
class Document:
    """A list of rows, a sheet per row, or a text with the parts it must have."""

    id: str
    title: str
    kind: DocumentKind
    place: Place
    of: str = ""
    where: Expr | None = None
    sort: Expr | None = None
    columns: tuple[Shown, ...] = ()
    parts: tuple[str, ...] = ()
    signed_by: tuple[str, ...] = ()
    goes_to: str = ""
    clauses: tuple[Clause, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class DocumentsFile:
    language: str = "1"
    documents: tuple[Document, ...] = ()


SHOWN = Record(
    Shown,
    {
        "title": Key(Text(100), "列名", required=True),
        "show": Key(Expression(), "这一列填什么：字段、指标或算式", required=True),
    },
)
DOCUMENT = Record(
    Document,
    {
        "id": Key(Identifier(), "文书的名称（英文小写）", required=True),
        "title": Key(Text(200), "文书的中文名称", required=True),
        "kind": Key(OneOf(DOCUMENT_KINDS), "哪一种", required=True),
        "of": Key(Identifier(), "由哪张结果或表的各行填写；text 可以不写", default=""),
        "where": Key(Expression(), "只填满足条件的各行"),
        "sort": Key(Expression(), "各行按什么从小到大排；从大到小的数写 -total；不写按名册的先后"),
        "columns": Key(ListOf(SHOWN), "各列，从左到右（个表从上到下）", default=()),
        "parts": Key(ListOf(Text(200)), "文字应有的各部分", default=()),
        "signed_by": Key(ListOf(Text(60)), "由谁签字、盖章", default=()),
        "goes_to": Key(Text(200), "报给谁、发给谁", default=""),
        "clause": CLAUSE,
        "note": Key(Text(), "说明", default=""),
    },
)
DOCUMENTS_FILE = Record(
    DocumentsFile,
    {
        "language": Key(OneOf({"1": "语言版本"}), "语言版本，写 1", required=True),
        "documents": Key(ListOf(DOCUMENT), "各种文书表册", required=True),
    },
    place=False,
)
