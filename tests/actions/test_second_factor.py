"""Second factors: each code once, the right step only, spare codes as digests."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyotp
import pytest

from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.actions.perform import Answer
from kaocheng.actions.second_factor import (
    Sent,
    confirm_sms,
    confirm_totp,
    make_spare_codes,
    pass_second_factor,
    reset_second_factor,
    sent_code_digest,
)
from kaocheng.actions.secret import Secret, spare_codes
from kaocheng.records.models import Account, AuditRow, Person, SpareCode
from tests.cast import NOW, Cast, by

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_at(moment: datetime) -> str:
    return pyotp.TOTP(SECRET).at(moment)


def with_totp(who: Person) -> None:
    Account.objects.filter(person=who).update(totp_secret=SECRET, totp_confirmed_at=NOW)


def passed(who: Person, code: str, *, at: datetime = NOW, sent: Sent | None = None) -> Answer:
    return pass_second_factor(by(who, at=at), code=Secret(code), sent=sent)


@pytest.mark.parametrize(
    ("seconds", "way"), [(-61, ""), (-30, "totp"), (0, "totp"), (30, "totp"), (61, "")]
)
def test_code_of_this_step_and_its_neighbours_counts(cast: Cast, seconds: int, way: str) -> None:
    with_totp(cast.officer)

    answer = passed(cast.officer, code_at(NOW + timedelta(seconds=seconds)))

    assert answer.values.get("way", "") == way


def test_w23_a_code_works_once_and_an_older_one_not_after_it(cast: Cast) -> None:
    with_totp(cast.officer)

    first = passed(cast.officer, f" {code_at(NOW)[:3]} {code_at(NOW)[3:]} ")
    same = passed(cast.officer, code_at(NOW))
    older = passed(cast.officer, code_at(NOW - timedelta(seconds=30)))
    newer = passed(cast.officer, code_at(NOW + timedelta(seconds=30)))

    assert [one.said for one in (first, same, older, newer)] == ["", "W23", "W23", ""]
    assert str(Refused("W23")) == "验证码不对，或者已经用过、过期了。"


def test_device_is_confirmed_with_its_code_only(cast: Cast) -> None:
    with pytest.raises(Invalid):
        confirm_totp(by(cast.officer), secret=Secret(SECRET), code=Secret("000000"))
    confirm_totp(by(cast.officer), secret=Secret(SECRET), code=Secret(code_at(NOW)))
    with pytest.raises(NotAllowed):
        confirm_totp(by(cast.officer), secret=Secret(SECRET[::-1]), code=Secret("000000"))

    account = Account.objects.get(person=cast.officer)
    assert (account.totp_secret, account.totp_confirmed_at) == (SECRET, NOW)
    assert passed(cast.officer, code_at(NOW)).said == "W23"
    assert SECRET not in str([row.changes for row in AuditRow.objects.all()])


def test_w39_spare_codes_are_for_a_second_factor_and_kept_as_digests(cast: Cast) -> None:
    codes = list(spare_codes("k", "x"))
    with pytest.raises(Refused) as refused:
        make_spare_codes(by(cast.officer), codes=codes)
    with_totp(cast.officer)
    make_spare_codes(by(cast.officer), codes=codes)

    kept = SpareCode.objects.values_list("digest", flat=True)
    assert len(set(kept)) == 10
    assert not {code.value for code in codes} & set(kept)
    assert passed(cast.officer, codes[3].value).values == {"way": "spare code"}
    assert passed(cast.officer, codes[3].value).said == "W23"
    assert str(refused.value) == "两步验证还没有设好，这件事做不了。"


def test_spare_codes_of_one_do_not_open_the_account_of_another(cast: Cast) -> None:
    codes = list(spare_codes("k", "x"))
    for who in (cast.officer, cast.city_officer):
        with_totp(who)
    make_spare_codes(by(cast.officer), codes=codes)

    assert passed(cast.city_officer, codes[0].value).said == "W23"


def test_code_by_sms_counts_for_five_minutes_where_it_was_chosen(cast: Cast) -> None:
    until = (NOW + timedelta(minutes=5)).timestamp()
    sent = Sent(sent_code_digest("123456"), until)

    assert passed(cast.officer, "123456", sent=sent).said == "W23"
    with pytest.raises(Invalid):
        confirm_sms(by(cast.officer), code=Secret("123457"), sent=sent)
    confirm_sms(by(cast.officer), code=Secret("123456"), sent=sent)

    assert passed(cast.officer, "123456", sent=sent).values == {"way": "sms"}
    late = NOW + timedelta(minutes=5)
    assert passed(cast.officer, "123456", sent=sent, at=late).said == "W23"


def test_five_wrong_codes_make_the_account_wait(cast: Cast) -> None:
    with_totp(cast.officer)

    said = [passed(cast.officer, "000000").said for _ in range(6)]
    right = passed(cast.officer, code_at(NOW)).said
    later = NOW + timedelta(minutes=1)

    assert said == ["W23"] * 5 + ["W21"]
    assert right == "W21"
    assert passed(cast.officer, code_at(later), at=later).said == ""


def test_only_the_security_administrator_resets_and_never_her_own(cast: Cast) -> None:
    for who in (cast.officer, cast.security_admin):
        with_totp(who)

    for who in (cast.city_officer, cast.system_admin, cast.audit_admin, cast.lead):
        with pytest.raises(NotAllowed):
            reset_second_factor(by(who), account_id=cast.officer.account.pk)
    with pytest.raises(NotYours):
        reset_second_factor(by(cast.security_admin), account_id=cast.security_admin.account.pk)
    reset_second_factor(by(cast.security_admin), account_id=cast.officer.account.pk)

    assert Account.objects.get(person=cast.security_admin).has_second_factor
    assert not Account.objects.get(person=cast.officer).has_second_factor
