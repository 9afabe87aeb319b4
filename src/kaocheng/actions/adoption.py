"""采用: a unit takes a scheme from the library, settles what it leaves open, and approves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from kaocheng.access.actor import By
from kaocheng.access.adoption import own_adoptions
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.access.scope import units
from kaocheng.actions.adoption_replacement import take_over
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.scheme import keep_scheme
from kaocheng.engine import problems as engine
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.holders import Holder, suggested
from kaocheng.methods.proposals import guessed_source, proposed_periods
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.adoption_check import checked
from kaocheng.queries.adoption_values import (
    Parameter,
    date_problems,
    holder_problems,
    parameter_problems,
    with_dates,
    with_holders,
    with_parameters,
)
from kaocheng.queries.holder_choices import people_rosters
from kaocheng.queries.titles import titles_of
from kaocheng.records.locking import lock_name
from kaocheng.records.models import Adoption, SchemeVersion
from kaocheng.records.models.scheme import AdoptionState

MOST_TITLE, MOST_WHY = 120, 400
# What still binds a unit to a scheme.
OPEN = (AdoptionState.DRAFT, AdoptionState.IN_FORCE)


@action("adoption.start")
def start_adoption(act: Act, *, folder: Path, title: str = "") -> Answer:
    """A draft of the actor's own unit, with every first guess that the scheme and the year allow.

    Shape of the folder: a pack of the library. Refused where the scheme has an error (K01), and
    where the unit is at work with it already (K02).
    """
    held = act.actor.held
    if held is None or not act.actor.may(Permission.ADOPT):
        raise NotAllowed
    scheme = _kept(act, folder)
    lock_name(f"adoption {held.unit_id} {scheme.pack}")
    _refuse_second(act, scheme)
    adoption = Adoption(
        unit_id=held.unit_id,
        scheme=scheme,
        title=(title.strip() or scheme.title)[:MOST_TITLE],
        written_by_id=act.actor.person_id,
        made_at=act.at,
    )
    found = adopted(adoption)
    adoption.holders = suggested_holders(found)
    adoption.sources = _guessed_sources(act, found)
    today = act.at.astimezone(CHINA).date()
    adoption.periods = [one.cells for one in proposed_periods(found.pack.period_kinds, today=today)]
    act.make(adoption, scheme=scheme.digest)
    return Answer.of(adoption)


@action("adoption.settle")
def settle_adoption(
    act: Act, *, adoption_id: int, version: int, parameters: Mapping[str, Parameter]
) -> Answer:
    """The parameters of a draft, plain values and whole tables; what is left out stays."""
    found = adopted(_draft(act, adoption_id))
    settled = with_parameters(found, parameters)
    problems = parameter_problems(found, settled, [*parameters])
    if problems:
        raise Invalid(problems)
    found.adoption.parameters = settled
    act.keep(found.adoption, "parameters", version=version, names=sorted(parameters))
    return Answer.of(found.adoption)


@action("adoption.name_holders")
def name_holders(
    act: Act, *, adoption_id: int, version: int, holders: Mapping[str, Sequence[Holder]]
) -> Answer:
    """Who is meant by each title of the scheme; no holder at all leaves it open."""
    found = adopted(_draft(act, adoption_id))
    problems = holder_problems(act.actor, found, holders)
    if problems:
        raise Invalid(problems)
    found.adoption.holders = with_holders(found, holders)
    act.keep(found.adoption, "holders", version=version, titles=sorted(holders))
    return Answer.of(found.adoption)


@action("adoption.set_dates")
def set_dates(act: Act, *, adoption_id: int, version: int, days: Mapping[str, str]) -> Answer:
    """The days of steps (`district.to`) as ISO text; an empty one goes back to the notice's."""
    found = adopted(_draft(act, adoption_id))
    problems = date_problems(found, days)
    if problems:
        raise Invalid(problems)
    found.adoption.dates = with_dates(found, days)
    act.keep(found.adoption, "dates", version=version, days=found.adoption.dates)
    return Answer.of(found.adoption)


@action("adoption.choose_sheets")
def choose_sheets(act: Act, *, adoption_id: int, version: int, registers: Sequence[str]) -> Answer:
    """Whose entries of a month everyone concerned is shown before they count; in force too.

    Entries that count already go on counting.
    """
    found = adopted(open_adoption(act, adoption_id))
    known = [one.id for one in found.ledgers if one.kind == "register"]
    if not set(registers) <= set(known):
        raise NotYours
    found.adoption.monthly_sheets = [one for one in known if one in set(registers)]
    act.keep(
        found.adoption, "monthly_sheets", version=version, registers=found.adoption.monthly_sheets
    )
    return Answer.of(found.adoption)


@action("adoption.discard")
def discard_adoption(act: Act, *, adoption_id: int) -> Answer:
    """A draft that is not wanted, with its rosters; what was approved is ended instead."""
    adoption = _draft(act, adoption_id)
    answer = Answer.of(adoption)
    act.audit(adoption, discarded=True)
    adoption.delete()
    return answer


@action("adoption.approve")
def approve_adoption(act: Act, *, adoption_id: int, version: int) -> Answer:
    """In force from now on, if nothing is open; what it replaces hands over its rows and rounds.

    The version is the one whose findings were read, so that nothing is approved unseen.
    """
    adoption = act.lock(own_adoptions(act.actor, Permission.APPROVE), adoption_id)
    must_be(adoption, AdoptionState.DRAFT, "K03")
    open_matters = checked(adopted(adoption)).must
    if open_matters:
        raise Refused("K05", count=len(open_matters))
    if adoption.replaces_id is not None:
        old = act.lock(own_adoptions(act.actor, Permission.APPROVE), adoption.replaces_id)
        must_be(old, AdoptionState.IN_FORCE, "K04")
        coming = adopted(old, on=act.at.astimezone(CHINA).date())
        if waiting := len(old.coming) - coming.came:
            raise Refused("K103", title=old.title, count=waiting)
        take_over(act, old, adoption)
    adoption.state = AdoptionState.IN_FORCE
    adoption.approved_at, adoption.approved_by_id = act.at, act.actor.person_id
    act.keep(adoption, "state", "approved_at", "approved_by", version=version)
    return Answer.of(adoption)


def suggested_holders(found: Adopted) -> dict[str, list[dict[str, object]]]:
    """A first guess for each title; a field of a roster that bears the title says it best."""
    fields = {
        described.title: name
        for roster in found.rosters
        for name, described in roster.fields.items()
        if name not in (roster.key, roster.name)
        and (described.type == "text" or described.type in people_rosters(found))
    }
    return {title: [suggested(title, fields=fields).kept()] for title in titles_of(found.pack)}


def wrong_text(label: str, text: str, most: int) -> Refused | None:
    """What is wrong with a reason that has to be given."""
    if not text.strip():
        return Refused("W63", field=label)
    return Refused("W65", field=label, most=most, count=len(text)) if len(text) > most else None


def _kept(act: Act, folder: Path) -> SchemeVersion:
    by = By(act.actor, at=act.at, request_id=act.by.request_id)
    try:
        answer = keep_scheme(by, folder=folder)
    except engine.Refused as refused:
        errors = [one for one in refused.problems if one.severity == "error"]
        raise Refused("K01", count=len(errors), first=errors[0].reason()) from None
    return SchemeVersion.objects.get(pk=answer.id)


def _refuse_second(act: Act, scheme: SchemeVersion) -> None:
    own = own_adoptions(act.actor, Permission.ADOPT)
    there = own.filter(scheme__pack=scheme.pack, state__in=OPEN).order_by("-pk").first()
    if there is not None:
        raise Refused("K02", title=there.title, state=AdoptionState(there.state).label)


def _guessed_sources(act: Act, found: Adopted) -> dict[str, object]:
    reach = units(act.actor, Permission.SEE_UNIT).filter(closes_on=None)
    kinds = set(reach.order_by().values_list("kind", flat=True).distinct())
    people = people_rosters(found)
    return {
        one.id: guessed_source(one.title, is_of_people=one.id in people, unit_kinds=kinds)
        for one in found.rosters
    }


def _draft(act: Act, adoption_id: int) -> Adoption:
    adoption = act.lock(own_adoptions(act.actor, Permission.ADOPT), adoption_id)
    must_be(adoption, AdoptionState.DRAFT, "K03")
    return adoption


def open_adoption(act: Act, adoption_id: int) -> Adoption:
    adoption = act.lock(own_adoptions(act.actor, Permission.ADOPT), adoption_id)
    if adoption.state not in OPEN:
        raise Refused("K04", title=adoption.title, state=AdoptionState(adoption.state).label)
    return adoption


def must_be(adoption: Adoption, state: AdoptionState, message: str) -> None:
    if adoption.state != state:
        label = AdoptionState(adoption.state).label
        raise Refused(message, title=adoption.title, state=label)
