"""Keeping the text of a scheme as it is now, for whoever adopts it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from kaocheng.actions.perform import Act, Answer, action
from kaocheng.engine import verbs
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problems
from kaocheng.records.models import SchemeVersion

_KEPT = (".yaml", ".txt", ".md", ".csv")


@action("scheme.keep")
def keep_scheme(act: Act, *, folder: Path) -> Answer:
    """The version that the folder holds; one of the same text is the same version.

    Raises the engine's `Refused` where the scheme has an error.
    """
    files = _files(folder)
    digest = digest_of(files)
    kept = SchemeVersion.objects.filter(digest=digest).first()
    if kept is None:
        pack = _pack(folder)
        kept = SchemeVersion(
            pack=pack.name,
            scheme_id=pack.scheme.id,
            title=pack.scheme.title,
            version=pack.scheme.version,
            digest=digest,
            files=files,
            kept_at=act.at,
        )
        act.make(kept, digest=digest)
    else:
        act.audit(kept, digest=digest)
    return Answer.of(kept)


def digest_of(files: Mapping[str, str]) -> str:
    """SHA-256 over names and texts, in the order of the names."""
    text = json.dumps(sorted(files.items()), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _files(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix in _KEPT and path.is_file())
    return {str(path.relative_to(folder)): path.read_text("utf-8-sig") for path in paths}


def _pack(folder: Path) -> Pack:
    problems = Problems()
    pack = verbs.read(folder, problems=problems)
    compiled = None if pack is None else verbs.compile(pack, problems=problems)
    problems.stop_on_errors()
    assert compiled is not None
    return compiled.pack
