"""What is kept no longer goes, what is still to be kept stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from kaocheng.actions.operation import forget_what_is_over
from kaocheng.records.models import Setting, SignIn
from tests.cast import NOW, Cast


def _signed_in(cast: Cast, name: str, *, seen: datetime, ended: datetime | None) -> None:
    SignIn(
        account=cast.teacher.account,
        session_digest=name,
        device=name,
        started_at=seen,
        seen_at=seen,
        ended_at=ended,
    ).save()


def _ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def test_sign_ins_are_kept_for_half_a_year_after_their_end(cast: Cast) -> None:
    _signed_in(cast, "ended long ago", seen=_ago(200), ended=_ago(181))
    _signed_in(cast, "ended lately", seen=_ago(200), ended=_ago(179))
    _signed_in(cast, "never ended, long unused", seen=_ago(181), ended=None)
    _signed_in(cast, "in use", seen=_ago(1), ended=None)

    forget_what_is_over(NOW)

    assert set(SignIn.objects.values_list("device", flat=True)) == {"ended lately", "in use"}


def test_sign_ins_are_kept_as_long_as_the_setting_says(cast: Cast) -> None:
    Setting(name="sign_in_days", value=365).save()
    _signed_in(cast, "within the year", seen=_ago(300), ended=_ago(300))
    _signed_in(cast, "before", seen=_ago(400), ended=_ago(366))

    forget_what_is_over(NOW)

    assert list(SignIn.objects.values_list("device", flat=True)) == ["within the year"]


def test_sessions_that_ran_out_are_dropped(cast: Cast) -> None:
    del cast
    Session(session_key="over", session_data="", expire_date=NOW - timedelta(seconds=1)).save()
    Session(session_key="open", session_data="", expire_date=NOW + timedelta(hours=1)).save()

    forget_what_is_over(NOW)

    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
