"""Tickets: entries of a register for each of which the scheme keeps time, from event to event.

A repair, an incident: 接到后 24 小时内解决. What starts and stops a clock is what the entry itself
says (`tells` of its register), and what somebody told of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cached_property

from django.db.models import Q

from kaocheng.access.holding import Owner
from kaocheng.access.task import sharing
from kaocheng.engine.cells import read_cell
from kaocheng.engine.language.registers import Register, Telling
from kaocheng.engine.process.clocks import ServiceClock, service_clock
from kaocheng.engine.process.reckoning import Moment, day_of
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.round_agenda import Agendas, Window, moment_from
from kaocheng.queries.time_words import day_words, moment_words
from kaocheng.records.models import Appointment, Entry, RoundEvent

LAST_MINUTE = time(23, 59)
WHY = "the course of a round is the same for everybody in it"


def clocks_of(found: Adopted) -> Mapping[str, ServiceClock]:
    """The clocks of the scheme by the ids of their duties."""
    listed = (service_clock(duty) for duty in found.process.duties)
    return {
        clock.duty.id: clock
        for clock in listed
        if clock is not None and found.register(clock.duty.register).kind == "register"
    }


def registers_of_events(found: Adopted) -> Mapping[str, str]:
    """The events that are told of an entry, with the register that it stands in."""
    return {
        name: clock.duty.register
        for clock in clocks_of(found).values()
        for name in (clock.starts, clock.stops)
    }


@dataclass
class Tickets:
    """The clocks of a round; what was told of its tickets is read once."""

    agendas: Agendas
    now: datetime

    @cached_property
    def clocks(self) -> Mapping[str, ServiceClock]:
        return clocks_of(self.agendas.found)

    @cached_property
    def _noted(self) -> Mapping[int, Mapping[str, datetime]]:
        found: defaultdict[int, dict[str, datetime]] = defaultdict(dict)
        rows = RoundEvent.objects.unscoped(WHY).filter(round=self.agendas.work, entry__isnull=False)
        for entry_id, name, at in rows.values_list("entry_id", "name", "happened_at"):
            assert entry_id is not None
            found[entry_id][name] = at
        return found

    def told(self, entry: Entry) -> Mapping[str, datetime]:
        """What has happened to the entry, and when; what somebody noted goes first."""
        return {**self.said(entry), **self._noted.get(entry.pk, {})}

    def said(self, entry: Entry) -> Mapping[str, datetime]:
        """What the entry says itself; a start only where it falls into the round.

        What has not come yet is not taken for done: only what a clock counts down to lies ahead.
        """
        clocks = self.of_register(entry.register)
        starts = {one.starts for one in clocks}
        ahead = {one.starts for one in clocks if one.counts_down}
        said: dict[str, datetime] = {}
        for name, moment in said_of(self.agendas.found.register(entry.register), entry).items():
            is_start = name in starts
            at = moment_from(moment) if is_start else _end(moment, entry.entered_at)
            if (not is_start or self._is_ours(day_of(moment))) and (
                name in ahead or at <= self.now
            ):
                said[name] = at
        return said

    def told_words(self, entry: Entry, name: str) -> str:
        """When something happened to the entry, in words."""
        said = said_of(self.agendas.found.register(entry.register), entry)
        at, is_noted = self.told(entry)[name], name in self._noted.get(entry.pk, {})
        only_day = not is_noted and not isinstance(said[name], datetime)
        return day_words(at, now=self.now) if only_day else moment_words(at, now=self.now)

    def _is_ours(self, day: date) -> bool:
        period = self.agendas.period
        return self.agendas.work.starts_on <= day and (period is None or day <= period.last)

    @property
    def telling(self) -> list[str]:
        """The registers whose entries start clocks by themselves."""
        return [one for one in self.registers if self.agendas.found.register(one).tells]

    @property
    def registers(self) -> list[str]:
        return list(dict.fromkeys(one.duty.register for one in self.clocks.values()))

    def of_register(self, register: str) -> list[ServiceClock]:
        return [one for one in self.clocks.values() if one.duty.register == register]

    def windows(self, entry: Entry, path: str) -> Mapping[str, Window]:
        """The windows of the clocks that run, or ran, for the entry, by duty."""
        told = self.told(entry)
        running = [one for one in self.of_register(entry.register) if one.starts in told]
        if not running:
            return {}
        happened = {**self.agendas.happened(path), **told}
        windows = self.agendas.alone([one.duty for one in running], happened)
        return {
            one.duty.id: windows[one.duty.id]
            if one.counts_down
            else replace(windows[one.duty.id], begins=told[one.starts])
            for one in running
            if one.duty.id in windows
        }


def said_of(register: Register, entry: Entry) -> Mapping[str, Moment]:
    """The events of which the entry says when they happened: the moment, or only the day."""
    said: dict[str, Moment] = {}
    for telling in register.tells:
        if says(telling, entry) and (at := _read(register, telling, entry)) is not None:
            said[telling.event] = at
    return said


def says(telling: Telling, entry: Entry) -> bool:
    """Whether the entry says when that happened."""
    is_one = all(entry.values.get(name) == word for name, word in telling.only.items())
    return is_one and bool(entry.values.get(telling.at))


def _read(register: Register, telling: Telling, entry: Entry) -> Moment | None:
    """Nothing of a cell that cannot be read: what is faulty starts no clock and stops no sweep."""
    text = str(entry.values[telling.at])
    try:
        at = read_cell(text, column_type=register.fields[telling.at].type)
    except ValueError:
        return None
    return at if isinstance(at, date) else None


def _end(moment: Moment, entered_at: datetime) -> datetime:
    """When it was over: on the day of the entry by then, on an earlier one before its midnight."""
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=CHINA)
    last = datetime.combine(moment, LAST_MINUTE, tzinfo=CHINA)
    entered = entered_at.astimezone(CHINA)
    return entered if entered.date() == moment else last


def receiver(entry: Entry, owners: Iterable[Owner], *, on: date) -> list[Owner]:
    """Whoever wrote the entry, at work on that day; nobody where one of the owners means them."""
    if entry.entered_by_id is None:
        return []
    rows = Appointment.objects.unscoped(WHY).filter(
        Q(ends_on=None) | Q(ends_on__gt=on), person=entry.entered_by_id, starts_on__lte=on
    )
    held = list(rows.order_by("starts_on", "pk").values_list("unit_id", "role"))
    meant = any(
        owner.person_id == entry.entered_by_id
        if owner.person_id is not None
        else any(unit == owner.unit_id and role in sharing(owner.role) for unit, role in held)
        for owner in owners
    )
    return [] if meant or not held else [Owner(held[0][0], entry.entered_by_id)]
