"""Papers that are printed and signed: A4, Song type, page numbers, room for hands and seals.

Margins, sizes and rules are those of official papers (GB/T 9704: 37, 35, 28 and 26 mm; title 22 pt,
body 16 pt, tables 12 pt). A seal is never drawn: `Issued` leaves the room for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from kaocheng.documents.codes import qr_svg
from kaocheng.documents.typesetting import typeset

Side = Literal["l", "c", "r"]


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Text:
    """Paragraphs with an indent of two characters; a line break starts the next one."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Names and values below each other, such as 移交人 and who that is."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid:
    """A ruled table whose head is repeated on each page.

    `widths` are shares of the page, `sides` where a column stands; both may be left out.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()
    sides: tuple[Side, ...] = ()


@dataclass(frozen=True)
class Signature:
    """`name` and `time` are empty where somebody signs with a pen."""

    label: str
    name: str = ""
    time: str = ""


@dataclass(frozen=True)
class Signatures:
    """Boxes beside each other, kept on one page."""

    boxes: tuple[Signature, ...]


@dataclass(frozen=True)
class Code:
    """A QR code of an address with the words beside it."""

    address: str
    caption: str


@dataclass(frozen=True)
class Issued:
    """落款: the unit and the day at the right, with the room for a seal above them."""

    unit: str
    day: str


Block = Heading | Text | Facts | Grid | Signatures | Code | Issued


@dataclass(frozen=True)
class Paper:
    """`proof` stands under every page number: version and 校验码."""

    title: str
    blocks: tuple[Block, ...]
    subtitle: str = ""
    proof: str = ""
    landscape: bool = False


def pdf(paper: Paper, *, fonts: Path) -> bytes:
    """The paper as PDF with its fonts inside; the same paper gives the same bytes."""
    content = {
        "title": paper.title,
        "subtitle": paper.subtitle,
        "proof": paper.proof,
        "landscape": paper.landscape,
        "blocks": [_content(block) for block in paper.blocks],
    }
    return typeset("paper.typ", content, fonts=fonts, kind="pdf")


def _content(block: Block) -> Mapping[str, object]:
    match block:
        case Grid(headings=headings):
            return {
                "kind": "sheet",
                **asdict(block),
                "widths": block.widths or (1,) * len(headings),
                "sides": block.sides or ("l",) * len(headings),
            }
        case Code():
            return {"kind": "code", "svg": qr_svg(block.address).decode(), "caption": block.caption}
        case _:
            return {"kind": type(block).__name__.lower(), **asdict(block)}
