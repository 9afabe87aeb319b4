"""The settings as a command meets them."""

from __future__ import annotations

from django.core.management import call_command


def test_no_command_begins_with_a_warning_about_the_settings() -> None:
    call_command("check", fail_level="WARNING")
