"""L10 and L27: what the calendar shows although nothing collides any more.

L10 repeats a gap or an overlap that the process accepts (P14, P15, P16, P18): it stays a fault of
the notice, and whoever adopts the scheme should see how the pack has dealt with it. L27 is an
effect for a year or a term that is over before there is a result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from kaocheng.engine.facts import default_parameters
from kaocheng.engine.language.process import Process
from kaocheng.engine.lint.look import Finding, Look
from kaocheng.engine.problems import problem
from kaocheng.engine.process.agenda import Agenda, lay_out
from kaocheng.engine.process.entries import Entry
from kaocheng.engine.process.layout import all_entries
from kaocheng.methods.workdays import mainland_calendar

_ACCEPTED = ("P14", "P15", "P16", "P18")
_THIS_YEAR = ("本年度", "当年", "本年")


def on_the_calendar(look: Look) -> Iterator[Finding]:
    process = look.pack.process
    accepting = [
        entry for entry in all_entries(process) if any(id in entry.accept for id in _ACCEPTED)
    ]
    bounded = [effect for effect in process.effects if effect.lasts in _THIS_YEAR]
    if not accepting and not bounded:
        return
    agenda = lay_out(
        _accepting_nothing(process),
        parameters=default_parameters(look.pack),
        calendar=mainland_calendar(),
    )
    for entry in accepting:
        yield from _gaps(entry, agenda)
    ends = _results_known(process, agenda)
    for effect in bounded:
        if ends is not None and agenda.start is not None and ends.year > agenda.start.year:
            values = {"title": effect.title, "day": ends, "lasts": effect.lasts}
            yield look.at_entry("L27", effect, **values)


def _accepting_nothing(process: Process) -> Process:
    return replace(
        process,
        phases=tuple(replace(one, accept={}) for one in process.phases),
        duties=tuple(replace(one, accept={}) for one in process.duties),
        objections=tuple(replace(one, accept={}) for one in process.objections),
    )


def _gaps(entry: Entry, agenda: Agenda) -> Iterator[Finding]:
    for found in agenda.problems:
        if found.place == entry.place and found.id in entry.accept:
            reason = entry.accept[found.id].rstrip("。")
            what = f"{found.reason('zh').rstrip('。')}；方案说明：{reason}"
            what_en = f"{found.reason('en').rstrip('.')} (accepted: {reason})"
            yield Finding(problem("L10", entry.place, what=what, what_en=what_en))


def _results_known(process: Process, agenda: Agenda) -> date | None:
    """The last day of the last phase: only then there is a result to act on."""
    last = [agenda.days.get(f"{phase.id}.to") for phase in process.phases if not phase.within]
    known = [day for day in last if day is not None]
    return max(known, default=None)
