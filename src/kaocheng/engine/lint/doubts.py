"""What the author of a pack found wrong in the notice, told in his or her own words."""

from __future__ import annotations

from collections.abc import Iterator

from kaocheng.engine.lint.look import Finding, Look
from kaocheng.engine.problems import problem


def doubts_of_the_author(look: Look) -> Iterator[Finding]:
    for doubt in look.pack.scheme.doubts:
        said = doubt.say.rstrip("。")
        reading = f"本方案的处理：{doubt.reading.rstrip('。')}。" if doubt.reading else ""
        values = {"said": said, "reading": reading, "settled": reading}
        yield Finding(problem(doubt.lint, doubt.place, **values))
