"""Periods of a scheme in force: new ones are added, those that are there are amended."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kaocheng.access.refusal import Invalid
from kaocheng.actions.adoption_periods import set_periods
from kaocheng.queries.adopted import adopted
from kaocheng.queries.amendment import amendment_line
from kaocheng.records.models import Adoption, Amendment, Person
from tests.actions.test_adoption import again
from tests.adopting import adopt, open_round
from tests.cast import Cast, by
from tests.web.reader import signed_in

FIRST = ["quarter", "Q1", "一季度", "2026-01-01", "2026-03-31"]
YEAR = ["year", "2026", "2026年", "2026-01-01", "2026-12-31"]
NEXT = ["quarter", "Q2", "二季度", "2026-04-01", "2026-06-30"]
LONGER = [*FIRST[:4], "2026-04-05"]


@pytest.fixture
def in_force(cast: Cast) -> Adoption:
    adoption = adopt("s0.4-appraisal", cast.school).adoption
    adoption.periods = [FIRST, YEAR]
    adoption.save()
    return adoption


def sent(who: Person, adoption: Adoption, rows: Sequence[Sequence[str]], why: str = "") -> Adoption:
    version = again(adoption.pk).version
    set_periods(by(who), adoption_id=adoption.pk, version=version, rows=rows, why=why)
    return again(adoption.pk)


def refused(problem: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {name: str(one) for name, one in problem.value.problems.items()}


def amendments() -> list[Amendment]:
    return list(Amendment.objects.unscoped("a test").order_by("number"))


def test_a_clerk_adds_later_periods_without_a_reason(cast: Cast, in_force: Adoption) -> None:
    assert sent(cast.clerk, in_force, [FIRST, YEAR, NEXT]).periods == [FIRST, YEAR, NEXT]
    assert amendments() == []


def test_other_days_of_a_period_in_force_are_an_amendment(cast: Cast, in_force: Adoption) -> None:
    open_round(adopted(in_force), period="Q1")
    with pytest.raises(Invalid) as without_reason:
        sent(cast.lead, in_force, [LONGER, YEAR])
    assert refused(without_reason) == {"why": "“修订理由”还没有填。"}
    assert again(in_force.pk).periods == [FIRST, YEAR]

    adoption = sent(cast.lead, in_force, [LONGER, YEAR], "学期延后")

    (made,) = amendments()
    line = amendment_line(adopted(adoption), made, may_withdraw=True)
    assert adoption.periods == [LONGER, YEAR]
    assert (line.number, line.why, line.stage, line.may_withdraw) == (1, "学期延后", "held", False)
    assert line.changes == (
        (
            "周期“一季度”",
            "季度“一季度”，2026年1月1日至2026年3月31日",
            "季度“一季度”，2026年1月1日至2026年4月5日",
        ),
    )


def test_a_period_that_nothing_rests_on_is_removed_with_a_reason(
    cast: Cast, in_force: Adoption
) -> None:
    adoption = sent(cast.lead, in_force, [YEAR, NEXT], "不分季度考核")

    (made,) = amendments()
    assert adoption.periods == [YEAR, NEXT]
    assert made.changes == {"periods.Q1": [FIRST, None]}
    line = amendment_line(adopted(adoption), made, may_withdraw=False)
    assert line.changes[0][::2] == ("周期“Q1”", "不再有")


def test_k106_a_period_with_a_round_keeps_its_id(cast: Cast, in_force: Adoption) -> None:
    open_round(adopted(in_force), period="Q1")

    for rows in ([YEAR], [["quarter", "K1", *FIRST[2:]], YEAR]):
        with pytest.raises(Invalid) as problem:
            sent(cast.lead, in_force, rows, "写错了")
        assert refused(problem)[""] == (
            "周期“一季度”已有考核工作、登记或结果，不能删除，编号也不能改，没有写入。"
        )
    assert again(in_force.pk).periods == [FIRST, YEAR]


def test_k107_a_clerk_does_not_amend_periods(cast: Cast, in_force: Adoption) -> None:
    with pytest.raises(Invalid) as problem:
        sent(cast.clerk, in_force, [LONGER, YEAR], "学期延后")

    assert refused(problem)["why"] == (
        "周期“一季度”施行中已经有了，改动、删除是修订，要由有批准权的人办，没有写入。"
    )
    assert amendments() == []


def test_the_page_asks_why_and_keeps_what_was_typed(cast: Cast, in_force: Adoption) -> None:
    lead, address = signed_in(cast.lead), f"/adoptions/{in_force.pk}/periods"
    cells = {
        f"r-{at}-{n}": cell for at, row in enumerate((LONGER, YEAR)) for n, cell in enumerate(row)
    }
    form = {"then": "write", "version": in_force.version, "rows": 2, **cells}

    wrong = lead.post(address, form)
    assert wrong.status_code == 422
    assert "“修订理由”还没有填。" in wrong.content.decode()
    assert 'value="2026-04-05"' in wrong.content.decode()
    lead.post(address, {**form, "why": "学期延后"})

    page = signed_in(cast.teacher).get(f"/adoptions/{in_force.pk}/amendments").content.decode()
    assert "学期延后" in page
    assert "2026年1月1日至2026年4月5日" in page
