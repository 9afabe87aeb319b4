"""Scenes: every scheme that has a `demo.toml`, adopted by a unit of the demo city and at work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from kaocheng.access.actor import By, system
from kaocheng.access.holding import Holding
from kaocheng.access.refusal import Refused
from kaocheng.actions.demo.playbook import Playbook, first_month
from kaocheng.actions.demo.scenes import Stage
from kaocheng.actions.fact_load import Place, load_entries, load_subjects
from kaocheng.actions.obligation import move_round
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.result import freeze_results
from kaocheng.actions.review_assignment import assign_review
from kaocheng.actions.round import archive_round
from kaocheng.actions.scheme import keep_scheme
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.holders import suggested
from kaocheng.queries.adopted import Adopted, adopted, example_tables
from kaocheng.queries.titles import titles_of
from kaocheng.records.models import (
    Adoption,
    Appointment,
    Entry,
    Round,
    SchemeVersion,
    Subject,
    Unit,
)
from kaocheng.records.models.round import RoundState
from kaocheng.records.models.scheme import AdoptionState

OURS = "the demo's own rows"


def play_schemes(stage: Stage, schemes: Path) -> None:
    """Adopt and fill each scheme that the demo plays, in the order of their folders."""
    for path in sorted(schemes.glob("*/demo.toml")):
        book = Playbook.of(path.parent, stage.days.today)
        assert book is not None
        kept = keep_scheme(system(stage.days.at), folder=path.parent)
        scheme = SchemeVersion.objects.get(pk=kept.id)
        play = _Play(book, scheme, stage)
        adopted_as = play_scheme(system(stage.days.at), play=play)
        _set_to_work(play, int(adopted_as.id))


@dataclass
class _Play:
    """One scheme in the city; as text its title, since it is not kept."""

    book: Playbook
    scheme: SchemeVersion
    stage: Stage
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    # What the example calls somebody → what they are called here.
    names: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.scheme.title


@action("demo.play_scheme")
def play_scheme(act: Act, *, play: _Play) -> Answer:
    """Adopt, list whom it is about, write what has been entered until today, open the round."""
    book, tables = play.book, example_tables(play.scheme)
    unit = next(one for one in play.stage.town.units.values() if one.kind == book.said["unit"])
    found = _adopt(act, play, unit, tables)
    rosters = {one.id: _cast(play, found, one.id, tables) for one in found.rosters}
    subjects = load_subjects(
        act,
        found,
        rosters,
        lambda roster, values: play.places[roster, values[found.register(roster).key]],
    )
    load_entries(act, found, book.facts(found, tables, play.names), subjects)
    _open_rounds(act, play, found)
    return Answer.of(found.adoption)


def _adopt(act: Act, play: _Play, unit: Unit, tables: Mapping[str, TextTable]) -> Adopted:
    book = play.book
    adoption = Adoption(
        unit=unit,
        scheme=play.scheme,
        title=play.scheme.title,
        state=AdoptionState.IN_FORCE,
        made_at=act.at,
        approved_at=act.at,
    )
    found = adopted(adoption)
    adoption.periods = book.periods(tables.get("periods"))
    adoption.dates = book.dates(found)
    adoption.parameters = _parameters(found, tables)
    if "first_month" in book.said:
        adoption.parameters[book.said["first_month"]] = first_month(adoption.periods)
    said = book.said.get("holders", {})
    adoption.holders = {
        title: said.get(title) or [suggested(title).kept()] for title in titles_of(found.pack)
    }
    act.make(adoption)
    return adopted(adoption)


def _parameters(found: Adopted, tables: Mapping[str, TextTable]) -> dict[str, object]:
    plain = {row.cells[0]: row.cells[1] for row in tables["parameters"].rows}
    listed = {
        name: [list(tables[name].header), *(list(row.cells) for row in tables[name].rows)]
        for name, parameter in found.pack.parameters.items()
        if parameter.type == "table" and name in tables
    }
    return {**plain, **listed}


def _cast(play: _Play, found: Adopted, roster: str, tables: Mapping[str, TextTable]) -> TextTable:
    """The roster with units and people of the city in the places of the example's."""
    said = play.book.said["rosters"][roster]
    register, table = found.register(roster), tables[roster]
    free = _units(said["units"]) if "units" in said else _people(said["people"])
    names = said.get("names", {})
    rows = []
    for row in table.rows:
        values = dict(zip(table.header, row.cells, strict=True))
        values |= said.get("changes", {}).get(values[register.key], {})
        for name in said.get("moves", ()):
            if values[name]:
                values[name] = play.book.moved(date.fromisoformat(values[name])).isoformat()
        within = (
            _within(play, register.fields[said["under"]].type, values[said["under"]])
            if ("under" in said)
            else ""
        )
        place = _taken(free[within], names.get(values[register.key], ""), names.values())
        play.places[roster, values[register.key]] = place
        named = place.person.name if place.person else place.unit.name
        play.names[values[register.name]] = values[register.name] = named
        rows.append(values)
    for old, word in play.book.said.get("people", {}).items():
        play.names[old] = play.stage.town.known[word].name
    body = tuple(
        TextRow(line, tuple(play.names.get(text, text) for text in values.values()))
        for line, values in enumerate(rows, start=2)
    )
    return TextTable(table.name, table.source, table.header, body)


def _within(play: _Play, roster: str, key: str) -> str:
    return play.places[roster, key].unit.path


def _taken(free: list[Place], wanted: str, named: Collection[str]) -> Place:
    """The one that is wanted, else the next that nobody else names."""
    for at, place in enumerate(free):
        name = place.person.name if place.person else place.unit.name
        if name == wanted or not (wanted or name in named):
            return free.pop(at)
    raise LookupError(wanted)


def _units(kind: str) -> dict[str, list[Place]]:
    """Open units of the kind by the path of every unit above them, and all of them."""
    found: defaultdict[str, list[Place]] = defaultdict(list)
    # As they are called today: the scenes before renamed and merged some.
    rows = Unit.objects.unscoped(OURS).filter(kind=kind, closes_on=None, is_demo=True)
    for unit in rows.order_by("pk"):
        place = Place(unit)
        for above in ("", *_paths(unit)):
            found[above].append(place)
    return found


def _paths(unit: Unit) -> list[str]:
    parts = [part for part in unit.path.split("/") if part]
    return ["".join(f"{part}/" for part in parts[: end + 1]) for end in range(len(parts))]


def _people(who: str) -> dict[str, list[Place]]:
    """People by the path of their unit, the head of a unit first: of a role or a kind of unit."""
    lists: defaultdict[str, list[Place]] = defaultdict(list)
    rows = Appointment.objects.unscoped("the demo's own people").filter(ends_on=None)
    rows = rows.filter(role=who) | rows.filter(unit__kind=who)
    listed: set[int] = set()
    ordered = sorted(
        rows.select_related("unit", "person"), key=lambda one: (one.role != "lead", one.pk)
    )
    for row in ordered:
        if row.person_id in listed:
            continue
        listed.add(row.person_id)
        place = Place(row.unit, row.person)
        for above in {"", row.unit.path}:
            lists[above].append(place)
    return lists


def _open_rounds(act: Act, play: _Play, found: Adopted) -> None:
    """One for every period that has begun; where the scheme has no periods, one."""
    today = play.book.today
    begun = [period for period in found.periods if period.first <= today]
    rounds = [(period.id, period.title, period.first) for period in begun]
    for period, title, starts_on in rounds or [("", "", play.book.starts_on)]:
        made = Round(
            adoption=found.adoption,
            unit=found.adoption.unit,
            title=f"{found.adoption.title}（{title}）" if title else found.adoption.title,
            period=period,
            starts_on=starts_on,
            state=RoundState.RUNNING,
            opened_at=act.at,
        )
        act.make(made)


def _set_to_work(play: _Play, adoption_id: int) -> None:
    """What has been done until today: periods that are over filed, assessors asked, duties owed."""
    said, at = play.book.said, play.stage.days.at
    by = play.stage.known(said["by"], said["role"], at)
    rows = Adoption.objects.unscoped(OURS).select_related("scheme", "unit")
    found = adopted(rows.get(pk=adoption_id))
    over = {one.id for one in found.periods if one.last < play.book.today}
    rounds = Round.objects.unscoped(OURS).filter(adoption=adoption_id)
    for work in rounds.order_by("starts_on", "pk"):
        if work.period in over:
            freeze_results(by, round_id=work.pk)
            archive_round(by, round_id=work.pk)
            continue
        for register, how in said.get("reviews", {}).items():
            _ask_assessors(by, found, work, register, due=how["due"])
        move_round(system(at), round_id=work.pk)


def _ask_assessors(by: By, found: Adopted, work: Round, register: str, *, due: str) -> None:
    """Whoever bears the title, for every subject that has no entry in the table yet."""
    rated = Entry.objects.unscoped(OURS).filter(adoption=found.adoption, register=register)
    roster = found.shape(register).roster
    subjects = Subject.objects.unscoped(OURS).filter(adoption=found.adoption, roster=roster)
    holding = Holding(found.adoption)
    holders = [one for title in found.register(register).entered_by for one in found.holders(title)]
    due_at = datetime.combine(
        date.fromisoformat(found.adoption.dates[due]) + timedelta(days=1), time.min, tzinfo=CHINA
    )
    for subject in subjects.exclude(pk__in=rated.values("subject")).order_by("pk"):
        people = [one.person_id for one in holding.owners(holders, subject) if one.person_id]
        with suppress(Refused):  # tied to the school: somebody else is asked by hand
            assign_review(
                by,
                round_id=work.pk,
                register=register,
                subject_id=subject.pk,
                assessor_ids=people,
                due_at=due_at,
            )
