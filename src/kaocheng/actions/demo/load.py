"""Loading the demo: units, people and accounts in bulk, then work by the product's own actions."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from kaocheng.access.actor import system
from kaocheng.actions.demo import places
from kaocheng.actions.demo.accounts import Card, renew_passwords, write_accounts
from kaocheng.actions.demo.calendar import Days
from kaocheng.actions.demo.changes import play_changes, play_helping
from kaocheng.actions.demo.forms import play_forms
from kaocheng.actions.demo.notices import play_notices
from kaocheng.actions.demo.people import Town, hire_everybody, write_people
from kaocheng.actions.demo.scenes import Stage
from kaocheng.actions.demo.schemes import play_schemes
from kaocheng.actions.demo.schools import Scene, ask_schools
from kaocheng.actions.demo.units import write_units
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.secret import Secret
from kaocheng.queries.demo import demo_is_loaded, has_real_data
from kaocheng.records.models import Setting


class RealPeopleThere(Exception):
    """The database holds units or people that are not made up."""


def load_demo(at: datetime, *, password: Secret) -> tuple[Card, ...]:
    """The accounts to show. The caller holds the transaction: all of the city, or nothing.

    Where the city is there already, only its passwords change.
    """
    if has_real_data():
        raise RealPeopleThere
    if demo_is_loaded():
        return renew_passwords(password=password)
    city = _City(password)
    found(system(at), city=city)
    assert city.town is not None
    stage = Stage.of(city.town, Days(at))
    play_changes(stage)
    play_notices(stage)
    play_forms(stage)
    ask_schools(system(at), scene=Scene(stage.town, stage.days))
    play_helping(stage)
    play_schemes(stage, settings.SCHEMES)
    return city.cards


class _City:
    """What founding it leaves behind for the scenes; as text nothing, it is not kept."""

    def __init__(self, password: Secret) -> None:
        self.password = password
        self.town: Town | None = None
        self.cards: tuple[Card, ...] = ()

    def __str__(self) -> str:
        return places.CITY


@action("demo.found")
def found(act: Act, *, city: _City) -> Answer:
    """Units, people, accounts, and the mark that made-up accounts may sign in here."""
    units = write_units()
    town = hire_everybody(units, today=Days(act.at).today)
    write_people(town)
    city.town = town
    city.cards = write_accounts(town, password=city.password, at=act.at)
    Setting.objects.bulk_create([Setting(unit=None, name="demo", value=True)])
    top = units[places.CITY]
    act.audit(top, units=len(units), people=len(town.hired))
    return Answer.of(top)
