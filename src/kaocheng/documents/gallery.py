"""The gallery: every scheme with its notice beside its rules, and its sample results explained.

Further pages show the process on the calendar, the documents filled, and what checking found. Every
page opens from a disk without a network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kaocheng.documents.findings_view import findings_view
from kaocheng.documents.forms_view import forms_view
from kaocheng.documents.notice_view import notice_view
from kaocheng.documents.pack_view import Checked, pack_view, subject_files
from kaocheng.documents.pages import Page, rendered
from kaocheng.documents.process_view import process_view
from kaocheng.documents.register_rows import RowFinder
from kaocheng.documents.rules_view import rules_of
from kaocheng.documents.subject_page import subject_page
from kaocheng.engine.explain import explain_row
from kaocheng.engine.language.scheme import Result
from kaocheng.engine.reference.run import RowKey, Run


def gallery_pages(
    packs: Sequence[Checked], *, progress: Callable[[str, int, int], None]
) -> Iterator[Page]:
    """Every page of the gallery. `progress` is told the pack and (done, all) of its subjects."""
    views = []
    for checked in packs:
        pack = checked.run.pack
        rows = RowFinder(pack, checked.run.facts)
        files = subject_files(checked.run)
        view = pack_view(checked, rows=rows, files=files)
        views.append(view)
        rules = rules_of(pack)
        beside = {
            "notice": notice_view(pack, rules),
            "process": process_view(checked.run, rules, rows=rows),
            "documents": forms_view(checked.run, rows=rows),
            "findings": findings_view(checked.problems),
        }
        yield Page(f"{view.folder}/index.html", rendered("pack.html", view=view, here="index"))
        for name, shown in beside.items():
            html = rendered(f"{name}.html", view=view, shown=shown, here=name)
            yield Page(f"{view.folder}/{name}.html", html)
        subjects = _rows_by_subject(checked.run)
        for done, (subject, keys) in enumerate(subjects.items(), start=1):
            progress(view.title, done, len(subjects))
            explanations = [explain_row(checked.run, result, key) for result, key in keys]
            html = subject_page(pack, explanations, rows=rows, back="index.html")
            yield Page(f"{view.folder}/{files[subject]}", html)
    yield Page("index.html", rendered("index.html", views=views))


def _rows_by_subject(run: Run) -> dict[tuple[str, str], list[tuple[Result, RowKey]]]:
    """The rows of each subject (register and key), in the order of the scheme."""
    found: dict[tuple[str, str], list[tuple[Result, RowKey]]] = {}
    for result in run.pack.scheme.results:
        for key in run.members[result.id]:
            found.setdefault((result.of, key[0]), []).append((result, key))
    return found
