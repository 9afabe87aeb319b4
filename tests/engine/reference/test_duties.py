"""Who owes a duty, as the scheme itself says."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from kaocheng.engine import verbs
from kaocheng.engine.facts import text_table
from kaocheng.engine.problems import Problems
from kaocheng.engine.reference.judging import duties, gates


def _run(pack: str) -> object:
    folder = Path(settings.SCHEMES) / pack
    problems = Problems()
    read = verbs.read(folder, problems=problems)
    assert read is not None
    compiled = verbs.compile(read, problems=problems)
    assert compiled is not None
    tables = {
        path.stem: text_table(path.stem, path.read_text("utf-8"), source=path.name)
        for path in (folder / "example").glob("*.csv")
    }
    return verbs.run(compiled, verbs.facts(read, tables, problems=problems))


def test_a_duty_with_a_condition_is_owed_by_those_for_whom_it_holds() -> None:
    said = [one for one in duties(_run("s2-guangzhou")) if one.entry == "city_direct_scoring"]  # type: ignore[arg-type]

    assert {one.value for one in said} == {True, False}
    assert all(one.fact is not None and one.fact.ref.table == "school" for one in said)
    owing = {one.subject for one in said if one.value is True}
    assert owing == {
        one.subject
        for one in said
        if one.fact is not None and one.fact.values["city_direct"] and one.value is True
    }


def test_what_is_judged_in_a_period_says_which() -> None:
    said = [one for one in gates(_run("s0.4-appraisal")) if one.entry == "quarter_self_first"]  # type: ignore[arg-type]

    assert {one.period for one in said} >= {"2025Q1", "2025Q2"}
    assert all(one.subject.endswith(f"/{one.period}") for one in said)


def test_a_duty_that_says_nothing_is_judged_for_nobody() -> None:
    assert {one.entry for one in duties(_run("s2-guangzhou"))} >= {"upload", "guidance"}  # type: ignore[arg-type]
    assert "city_circular" not in {one.entry for one in duties(_run("s2-guangzhou"))}  # type: ignore[arg-type]
