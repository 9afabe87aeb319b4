"""The table of sweeps; a new one is one line here."""

from __future__ import annotations

from datetime import timedelta

from kaocheng.actions.draft import drop_old_drafts
from kaocheng.actions.file import forget_unused
from kaocheng.actions.gallery import ask_for_gallery
from kaocheng.actions.monthly_sheet import sweep_sheets
from kaocheng.actions.obligation import move_rounds
from kaocheng.actions.operation import check_quarantine_again, forget_what_is_over
from kaocheng.actions.reminder import ask_to_remind
from kaocheng.actions.retirement import retire_who_is_due
from kaocheng.actions.seal import seal
from kaocheng.jobs.scheduler import Sweep

SWEEPS: tuple[Sweep, ...] = (
    Sweep("audit.seal", timedelta(seconds=1), seal),
    Sweep("files.check_again", timedelta(minutes=10), check_quarantine_again),
    Sweep("files.forget_unused", timedelta(hours=1), lambda _: forget_unused()),
    Sweep("tasks.ask_to_remind", timedelta(minutes=30), ask_to_remind),
    Sweep("sheets.make_and_count", timedelta(hours=1), sweep_sheets),
    Sweep("records.forget", timedelta(days=1), forget_what_is_over),
    # The day begins at midnight in China: an hour later at most they are retired.
    Sweep("people.retire", timedelta(hours=1), retire_who_is_due),
    Sweep("drafts.forget", timedelta(days=1), drop_old_drafts),
    Sweep("gallery.ask", timedelta(minutes=10), ask_for_gallery),
    Sweep("rounds.move", timedelta(minutes=1), move_rounds),
)
