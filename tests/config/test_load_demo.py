"""`load_demo`: the accounts are written for their owner alone, and nothing real is touched."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from kaocheng.records.models import Account, Person
from tests.cast import person, unit


def test_accounts_are_listed_for_whoever_started_it(
    db: None, tmp_path: Path, settings: Settings
) -> None:
    settings.DATA = tmp_path

    call_command("load_demo", verbosity=0)

    path = tmp_path / "demo-accounts.json"
    listed = json.loads(path.read_text("utf-8"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one["role"] for one in listed] == [
        "teacher",
        "workshop_leader",
        "school_lead",
        "clerk",
        "town_officer",
        "district_officer",
        "city_officer",
        "reviewer",
        "system_admin",
        "security_admin",
        "audit_admin",
        "company_lead",
        "company_employee",
        "township_clerk",
    ]
    assert {one["role"] for one in listed if one["totp_secret"]} == {
        "town_officer",
        "district_officer",
        "city_officer",
        "system_admin",
        "security_admin",
        "audit_admin",
    }
    assert {one["start_page"] for one in listed} == {"/home"}
    assert Account.objects.get(login="teacher").check_password(listed[0]["password"])


def test_lost_list_is_written_again_with_other_passwords(
    db: None, tmp_path: Path, settings: Settings
) -> None:
    settings.DATA = tmp_path
    path = tmp_path / "demo-accounts.json"
    call_command("load_demo", verbosity=0)
    before = path.read_text("utf-8")

    call_command("load_demo", verbosity=0)
    kept = path.read_text("utf-8")
    path.unlink()
    call_command("load_demo", verbosity=0)

    again = json.loads(path.read_text("utf-8"))
    assert kept == before
    assert again[0]["password"] != json.loads(before)[0]["password"]
    assert Account.objects.get(login="teacher").check_password(again[0]["password"])


def test_real_people_keep_the_demo_out_and_no_list_is_written(
    db: None, tmp_path: Path, settings: Settings
) -> None:
    settings.DATA = tmp_path
    person("林真", "linzhen", "lead", unit("真实小学", "school"))

    with pytest.raises(CommandError, match="已有真实的单位或人员"):
        call_command("load_demo", verbosity=0)

    assert not (tmp_path / "demo-accounts.json").exists()
    assert not Person.objects.unscoped("test").filter(is_demo=True).exists()
