"""The packs of the installation: what each is for, and the pages that were written of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from kaocheng.engine import verbs
from kaocheng.engine.language.scheme import Result, items_below
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import find_packs
from kaocheng.gateways.clock import CLOCK

_PAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.html")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")
# How many of those whom a scheme is about are named on its card.
_MOST_PEOPLE = 4


@dataclass(frozen=True)
class PackCard:
    """`kinds`: what comes out (等次, 计分, 绩效工资, 清单); `people`: whom it is about."""

    name: str
    id: str
    title: str
    issued_by: str
    status: str
    about: str
    kinds: tuple[str, ...]
    people: tuple[str, ...]


def pack_cards(schemes: Path, *, kept_in: Path) -> tuple[PackCard, ...]:
    """All packs by their names. Reading them takes a second or two, so the cards are kept."""
    return _cards(schemes, kept_in, packs_digest(schemes))


def packs_digest(schemes: Path) -> str:
    """Changes with any file of any pack, and with our own version."""
    found = hashlib.sha256(version("kaocheng").encode())
    for path in sorted(schemes.rglob("*")):
        if path.is_file():
            state = path.stat()
            relative = path.relative_to(schemes)
            found.update(f"{relative}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return found.hexdigest()[:16]


def gallery_folder(schemes: Path, *, kept_in: Path) -> Path:
    """Where the pages of the packs as they are now stand, once a job has written them."""
    return kept_in / "gallery" / packs_digest(schemes)


def gallery_page(folder: Path, name: str, page: str) -> Path | None:
    """The file of a page; nothing outside the folder, whatever the address says."""
    if not _NAME.fullmatch(name) or not _PAGE.fullmatch(page):
        return None
    path = folder / name / page
    return path if path.is_file() and not path.is_symlink() else None


@cache
def _cards(schemes: Path, kept_in: Path, digest: str) -> tuple[PackCard, ...]:
    kept = kept_in / "cache" / f"packs-{digest}.json"
    if kept.is_file():
        return tuple(_read_card(one) for one in json.loads(kept.read_text("utf-8")))
    cards = tuple(_made(schemes))
    kept.parent.mkdir(parents=True, exist_ok=True)
    own = kept.with_suffix(f".{CLOCK.now():%f}")
    own.write_text(json.dumps([asdict(one) for one in cards], ensure_ascii=False), "utf-8")
    own.replace(kept)
    return cards


def _read_card(kept: dict[str, object]) -> PackCard:
    return PackCard(
        **{name: tuple(one) if isinstance(one, list) else one for name, one in kept.items()}  # type: ignore[arg-type]  # as it was written
    )


def _made(schemes: Path) -> Iterator[PackCard]:
    """A pack that cannot be read is left out: the check of packs says why."""
    for folder in find_packs(schemes):
        pack = verbs.read(folder, problems=Problems())
        if pack is not None:
            yield _card(pack)


def _card(pack: Pack) -> PackCard:
    scheme = pack.scheme
    with_grade_first = sorted(scheme.results, key=lambda one: not one.grade)
    people = dict.fromkeys(pack.registers[one.of].title for one in with_grade_first)
    return PackCard(
        name=pack.name,
        id=scheme.id,
        title=scheme.title,
        issued_by=scheme.source.issued_by,
        status=scheme.source.status,
        about=scheme.about,
        kinds=tuple(_kinds(scheme.results)),
        people=tuple(people)[:_MOST_PEOPLE],
    )


def _kinds(results: tuple[Result, ...]) -> Iterator[str]:
    mechanisms = {item.mechanism for one in results for item in items_below(one.items)}
    has_grade = any(one.grade for one in results)
    if has_grade:
        yield "grade"
    if "pay" in mechanisms:
        yield "pay"
    if not has_grade and any(_has_points(one) for one in results):
        yield "points"
    if not has_grade and "pay" not in mechanisms:
        yield "checklist"


def _has_points(result: Result) -> bool:
    return any(item.id == result.headline and item.points for item in items_below(result.items))
