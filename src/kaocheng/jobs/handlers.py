"""Which function does which kind of job; a new kind is one line here.

A handler takes the job's row. It may be called again after it was killed or failed, so each of its
effects goes through `effect_once`, or is harmless to repeat.
"""

from __future__ import annotations

from collections.abc import Callable

from kaocheng.jobs import telling
from kaocheng.jobs.entry_import import import_rows
from kaocheng.jobs.file_check import check_file
from kaocheng.jobs.gallery import write_gallery
from kaocheng.jobs.result_freeze import freeze_rows
from kaocheng.records.models import Job

Handler = Callable[[Job], None]

HANDLERS: dict[str, Handler] = {
    "entry.import": import_rows,
    "file.check": check_file,
    "gallery.write": write_gallery,
    "result.freeze": freeze_rows,
    "message.deliver": telling.deliver_message,
    "task.remind": telling.remind,
    "task.remind_due": telling.remind_of_what_is_due,
}
