"""Which periods a round is about, where others are about some of them."""

from __future__ import annotations

from datetime import date

from kaocheng.queries.adopted import adopted
from kaocheng.queries.result_scope import periods_of, results_of
from kaocheng.queries.round_periods import is_about
from kaocheng.records.models import Round
from tests.cast import Cast
from tests.registering import company


def test_quarter_with_a_round_of_its_own_is_no_longer_the_years(cast: Cast) -> None:
    found = company(cast)
    adoption, periods = found.adoption, {one.kind: one for one in found.periods}
    year = periods["year"]
    first, second, *_ = [one for one in found.periods if one.kind == "quarter"]

    def begun(period: str) -> Round:
        made = Round(
            adoption=adoption,
            unit=adoption.unit,
            period=period,
            title=period,
            starts_on=date(2025, 1, 1),
            refers_to=date(2025, 1, 1),
        )
        made.save()
        return made

    yearly = begun(year.id)
    assert is_about(adopted(adoption), yearly, first)
    own = begun(first.id)
    found = adopted(adoption)

    assert [is_about(found, yearly, one) for one in (year, first, second)] == [True, False, True]
    assert [is_about(found, own, one) for one in (year, first, second)] == [False, True, False]
    quarterly, annual = (found.pack.results[name] for name in ("quarterly", "yearly"))
    assert first.id not in (periods_of(found, yearly, quarterly) or ())
    assert periods_of(found, own, quarterly) == frozenset({first.id})
    assert annual not in results_of(found, own)
