"""What the product says when it cannot do what was asked."""

from __future__ import annotations

import pytest
from django.test import Client

from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused, Stale


def test_w01_request_that_cannot_be_read_says_that_nothing_changed() -> None:
    assert str(Refused("W01")) == "这个请求读不懂，没有做任何改动。"


def test_w02_what_is_out_of_reach_is_answered_like_what_does_not_exist() -> None:
    assert str(NotYours()) == "没有这一页，或不在您的管理范围内。"
    assert NotYours.status == 404


def test_w03_present_appointment_does_not_allow_it() -> None:
    assert str(NotAllowed()) == "您现在的任职不能做这件事。"
    assert NotAllowed.status == 403


def test_w04_stale_edit_names_who_and_when() -> None:
    stale = Stale(who="沈一鸣", when="11月27日 10:00", theirs={"name": "甲"})

    assert str(stale) == "沈一鸣在 11月27日 10:00 改过这一项，您的内容没有写入，也没有丢。"
    assert stale.status == 409


def test_w05_invalid_form_counts_its_problems() -> None:
    invalid = Invalid({"name": Refused("W01"), "code": Refused("W01")})

    assert str(invalid) == "有 2 处填得不对，都没有写入；您填的内容还在。"


@pytest.mark.django_db
def test_w06_script_of_somebody_not_signed_in_is_told_so() -> None:
    answer = Client().get("/home", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert "登录过期了，或者还没有登录。您填的内容没丢。" in answer.content.decode()


@pytest.mark.django_db
def test_w07_wrong_method_is_refused() -> None:
    answer = Client().post("/healthz")

    assert answer.status_code == 405
    assert "这个地址不能这样打开，没有做任何改动。" in answer.content.decode()


def test_w08_second_sending_with_other_content_is_refused() -> None:
    assert str(Refused("W08")) == "同一张表已经交过一次，这次的内容不一样，没有写入。"


def test_w09_bug_of_ours_gives_its_number() -> None:
    assert str(Refused("W09", number="7F21")) == "出错了，不是您的问题。编号 7F21，已记下。"
