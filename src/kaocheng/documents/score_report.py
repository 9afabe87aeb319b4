"""The report: an index of schemes, a page for each pack, a page for each subject.

Every page is one file with its own style, without scripts: it opens from a disk, prints on A4, and
can be sent to the one person it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from kaocheng.documents.pack_view import Checked, pack_view, subject_files
from kaocheng.documents.register_rows import RowFinder
from kaocheng.documents.subject_view import subject_view
from kaocheng.engine.explain import Explanation, explain_row
from kaocheng.engine.language.scheme import Result
from kaocheng.engine.model import Pack
from kaocheng.engine.reference.run import RowKey, Run

# In the head of every page; a folder whose index has it is ours to replace.
MARK = '<meta name="generator" content="kaocheng">'


@dataclass(frozen=True)
class Page:
    """`path` is relative to the folder of the report, with `/`."""

    path: str
    html: str


def subject_page(
    pack: Pack, explanations: list[Explanation], *, rows: RowFinder, back: str = ""
) -> str:
    """The page of one subject; `back` is where the page of the pack is, if anywhere."""
    view = subject_view(pack, explanations, rows=rows)
    return render("subject.html", view=view, back=back)


def report_pages(
    packs: Sequence[Checked], *, progress: Callable[[str, int, int], None]
) -> Iterator[Page]:
    """Every page of the report. `progress` is told the pack and (done, all) of its subjects."""
    views = []
    for checked in packs:
        rows = RowFinder(checked.run.pack, checked.run.facts)
        files = subject_files(checked.run)
        view = pack_view(checked, rows=rows, files=files)
        views.append(view)
        yield Page(f"{view.folder}/index.html", render("pack.html", view=view))
        subjects = _rows_by_subject(checked.run)
        for done, (subject, keys) in enumerate(subjects.items(), start=1):
            progress(view.title, done, len(subjects))
            explanations = [explain_row(checked.run, result, key) for result, key in keys]
            html = subject_page(checked.run.pack, explanations, rows=rows, back="index.html")
            yield Page(f"{view.folder}/{files[subject]}", html)
    yield Page("index.html", render("index.html", views=views))


def _rows_by_subject(run: Run) -> dict[tuple[str, str], list[tuple[Result, RowKey]]]:
    """The rows of each subject (register and key), in the order of the scheme."""
    found: dict[tuple[str, str], list[tuple[Result, RowKey]]] = {}
    for result in run.pack.scheme.results:
        for key in run.members[result.id]:
            found.setdefault((result.of, key[0]), []).append((result, key))
    return found


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("kaocheng.documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: object) -> str:
    """A page of `templates`."""
    return _environment().get_template(template).render(**values)
