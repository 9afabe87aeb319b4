"""L22: the text is a draft, or speaks of one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kaocheng.engine.lint.look import Finding, Look
from kaocheng.engine.problems import problem

_STATUS = {"discussion": "讨论稿", "comment": "征求意见稿", "draft": "初稿、送审稿"}
_DRAFT = re.compile(r"讨论稿|征求意见稿|送审稿|初稿|草稿|试行草案|草案")
_TITLE_LINES = 6


def draft_status(look: Look) -> Iterator[Finding]:
    source = look.pack.scheme.source
    if source.status in _STATUS:
        word = _STATUS[source.status]
        yield Finding(problem("L22", source.place, word=word, settled=""))
        return
    for at, line in enumerate(look.lines):
        found = _DRAFT.search(line.text)
        if found is not None:
            in_title = at < _TITLE_LINES and len(line.text) <= 60
            settled = "" if in_title else "正文提到"
            yield Finding(problem("L22", line.place, word=found[0], settled=settled))
            return
