"""Setting a template with Typst: content goes in as data, so that no text is ever markup.

No package is loaded and no network asked: the templates name none, and the folders where packages
would be looked for do not exist.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

from kaocheng.documents.fonts import SANS, SERIF, fonts_in

NOWHERE = "/nonexistent"
# Without one, Typst would write the clock's time into the file: the same paper, other bytes.
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def typeset(
    template: str,
    content: Mapping[str, object],
    *,
    fonts: Path,
    kind: Literal["pdf", "png"],
    pixels_per_inch: float = 144,
) -> bytes:
    """The template of that name filled with the content, which JSON can say.

    The same content gives the same bytes. Raises `NoChineseFont` where set-up brought no fonts.
    """
    import typst

    compiler = typst.Compiler(
        _template(template),
        root=str(fonts),  # it has to be some folder; no template reads a file of it
        font_paths=fonts_in(fonts),
        package_path=NOWHERE,
        package_cache_path=NOWHERE,
        sys_inputs={
            "content": json.dumps(content, ensure_ascii=False),
            "serif": json.dumps(SERIF),
            "sans": json.dumps(SANS),
        },
    )
    made = compiler.compile(format=kind, ppi=pixels_per_inch, timestamp=EPOCH)
    assert isinstance(made, bytes), f"{template} has several pages and is no picture"
    return made


@cache
def _template(name: str) -> bytes:
    return resources.files("kaocheng.documents").joinpath("templates", name).read_bytes()
