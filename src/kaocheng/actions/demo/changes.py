"""Scenes: a school renamed, one merged into another, a slip by which somebody helps."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from kaocheng.actions.delegation import enter_slip
from kaocheng.actions.demo import places
from kaocheng.actions.demo.people import school_year_of
from kaocheng.actions.demo.scenes import Stage
from kaocheng.actions.unit import rename_unit
from kaocheng.actions.unit_merger import merge_units
from kaocheng.gateways.clock import CHINA
from kaocheng.records.models.appointment import Role


def play_changes(stage: Stage) -> None:
    year = school_year_of(stage.days.today)
    renamed = date(year - 1, 9, 1)
    rename_unit(
        stage.known("district", Role.OFFICER, _noon(renamed)),
        unit_id=stage.town.units[places.RENAMED].pk,
        name=places.RENAMED,
        on=renamed,
        reason="区编办批复更名",
    )
    merged = date(year, 9, 1)
    merge_units(
        stage.known("district", Role.OFFICER, _noon(merged)),
        unit_id=stage.town.units[places.MERGED].pk,
        into_id=stage.town.units[places.MERGED_INTO].pk,
        on=merged,
        reason="布局调整",
    )


def play_helping(stage: Stage) -> None:
    """The oldest teacher of our school signed a slip; the information officer entered it."""
    town = stage.town
    enter_slip(
        stage.known(f"clerk {places.SCHOOL}", Role.CLERK, stage.days.ago(2)),
        person_id=town.known["helped"].pk,
        helper_id=town.known[f"teacher {places.SCHOOL}/语文组"].pk,
        ends_on=stage.days.today + timedelta(days=45),
        slip_number="DB-0001",
    )


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=CHINA)
