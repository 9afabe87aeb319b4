"""The page of one subject: every score as a tree down to clause and record.

It opens from a disk, prints on A4, and can be sent to the one person it is about.
"""

from __future__ import annotations

from kaocheng.documents.pages import rendered
from kaocheng.documents.register_rows import RowFinder
from kaocheng.documents.subject_view import subject_view
from kaocheng.engine.explain import Explanation
from kaocheng.engine.model import Pack


def subject_page(
    pack: Pack, explanations: list[Explanation], *, rows: RowFinder, back: str = ""
) -> str:
    """The page of one subject; `back` is where the page of the pack is, if anywhere."""
    view = subject_view(pack, explanations, rows=rows)
    return rendered("subject.html", view=view, back=back)
