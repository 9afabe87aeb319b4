"""The other texts of a scheme: what lies in the library now, and what was kept before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath

from kaocheng.access.actor import Actor
from kaocheng.engine import verbs
from kaocheng.engine.compile import Compiled
from kaocheng.engine.problems import Problem, Problems
from kaocheng.queries.adopted import compiled
from kaocheng.queries.adoption import Head, head_of, owned
from kaocheng.queries.adoption_replacement import Replacement
from kaocheng.records.models import SchemeVersion

IN_LIBRARY = "now"
MOST_KEPT = 20


@dataclass(frozen=True)
class OtherText:
    """`name` is what an address says for it; without `scheme_id` it is not kept yet."""

    name: str
    version: str
    kept_at: datetime | None = None
    scheme_id: int | None = None


@dataclass(frozen=True)
class ReplacementPage:
    """`broken`: why the chosen text cannot be used at all."""

    head: Head
    texts: tuple[OtherText, ...]
    chosen: OtherText | None
    replacement: Replacement | None
    broken: tuple[Problem, ...] = ()


def replacement_page(
    actor: Actor, adoption_id: int, *, folder: Path, to: str, now: datetime
) -> ReplacementPage:
    """The adoption beside the text of that name, the first where none is named."""
    found = owned(actor, adoption_id)
    head = head_of(actor, found.adoption, now=now)
    texts = tuple(_others(found.adoption.scheme, folder / found.adoption.scheme.pack))
    chosen = next((one for one in texts if one.name == to), texts[0] if texts else None)
    if chosen is None:
        return ReplacementPage(head, texts, None, None)
    problems = Problems()
    new = _compiled(chosen, folder / found.adoption.scheme.pack, problems)
    if new is None:
        return ReplacementPage(head, texts, chosen, None, tuple(problems.errors))
    return ReplacementPage(head, texts, chosen, Replacement(found, new))


def _others(scheme: SchemeVersion, folder: Path) -> list[OtherText]:
    kept = (
        SchemeVersion.objects.filter(pack=scheme.pack)
        .exclude(pk=scheme.pk)
        .order_by("-kept_at", "-pk")[:MOST_KEPT]
    )
    others = [OtherText(str(one.pk), one.version, one.kept_at, one.pk) for one in kept]
    if not folder.is_dir() or any(_is_in(folder, one.files) for one in (scheme, *kept)):
        return others
    return [OtherText(IN_LIBRARY, ""), *others]


def _is_in(folder: Path, files: Mapping[str, str]) -> bool:
    """Whether the folder holds these very texts."""
    suffixes = {PurePath(name).suffix for name in files}
    there = {
        str(path.relative_to(folder)): path
        for path in folder.rglob("*")
        if path.suffix in suffixes and path.is_file()
    }
    return there.keys() == files.keys() and all(
        path.read_text("utf-8-sig") == files[name] for name, path in there.items()
    )


def _compiled(chosen: OtherText, folder: Path, problems: Problems) -> Compiled | None:
    if chosen.scheme_id is not None:
        return compiled(SchemeVersion.objects.get(pk=chosen.scheme_id))
    pack = verbs.read(folder, problems=problems)
    found = None if pack is None else verbs.compile(pack, problems=problems)
    return None if problems.errors else found
