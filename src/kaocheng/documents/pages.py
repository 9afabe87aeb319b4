"""Pages of their own: one file each with its style, without scripts, from one set of templates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

# In the head of every page; a folder whose index has it is ours to replace.
MARK = '<meta name="generator" content="kaocheng">'


@dataclass(frozen=True)
class Page:
    """`path` is relative to the folder of the pages, with `/`."""

    path: str
    html: str


def rendered(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("kaocheng.documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
