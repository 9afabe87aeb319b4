"""A newer text in place of an older one in mid-work: prepared beside it, and then taken over.

Until the new text is approved the old one goes on. What no longer fits is never thrown away: an
entry that lacks something goes back to whoever wrote it, and what the new text has no place for
stays with the old adoption.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kaocheng.access.adoption import own_adoptions
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Refused
from kaocheng.actions.entry import step
from kaocheng.actions.entry_write import New, changed, restand, write_entries
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.holders import suggested
from kaocheng.methods.proposals import proposed_periods
from kaocheng.queries.adopted import Adopted, adopted, compiled
from kaocheng.queries.adoption_replacement import LIVE, Replacement
from kaocheng.records.models import (
    Adoption,
    Entry,
    MonthlySheet,
    RegisterCount,
    RegisterRevision,
    RegisterTotal,
    Round,
    SchemeVersion,
    Subject,
)
from kaocheng.records.models.register import Standing, StepKind
from kaocheng.records.models.scheme import AdoptionState

WHY = "the adoption was fetched under its scope"
MOST_NOTE = 200
_SLOTS = ("date", "period", "code", "quantity", "money", "key")


@action("adoption.replace")
def replace_adoption(act: Act, *, adoption_id: int, scheme_id: int, version: int) -> Answer:
    """The same scheme in another text: a draft changes at once; in force, a draft is prepared.

    `scheme_id` is a kept version of the same pack. What was settled and still stands is kept.
    """
    adoption = act.lock(own_adoptions(act.actor, Permission.ADOPT), adoption_id)
    scheme = SchemeVersion.objects.filter(pk=scheme_id, pack=adoption.scheme.pack).first()
    if scheme is None or scheme.pk == adoption.scheme_id:
        raise Refused("K16")
    replacement = Replacement(adopted(adoption), compiled(scheme))
    if adoption.state == AdoptionState.DRAFT:
        _settle_anew(act, adoption, scheme, replacement)
        act.keep(
            adoption,
            "scheme",
            "parameters",
            "periods",
            "dates",
            "holders",
            "sources",
            version=version,
            scheme=scheme.digest,
        )
        return Answer.of(adoption)
    if adoption.state != AdoptionState.IN_FORCE:
        label = AdoptionState(adoption.state).label
        raise Refused("K04", title=adoption.title, state=label)
    waiting = Adoption.objects.unscoped(WHY).filter(replaces=adoption).first()
    if waiting is not None:
        raise Refused("K17", title=waiting.title)
    act.audit(adoption, replaced_by=scheme.digest)
    draft = Adoption(
        unit_id=adoption.unit_id,
        title=adoption.title,
        written_by_id=act.actor.person_id,
        made_at=act.at,
        replaces=adoption,
        sources=adoption.sources,
        monthly_sheets=adoption.monthly_sheets,
    )
    _settle_anew(act, draft, scheme, replacement)
    act.make(draft, scheme=scheme.digest)
    return Answer.of(draft)


def _settle_anew(
    act: Act, adoption: Adoption, scheme: SchemeVersion, replacement: Replacement
) -> None:
    """What still stands, and a first guess for what is new."""
    today = act.at.astimezone(CHINA).date()
    have = {row[0] for row in replacement.periods}
    lacking = {
        kind: title for kind, title in replacement.pack.period_kinds.items() if kind not in have
    }
    adoption.scheme = scheme
    adoption.parameters = replacement.parameters
    adoption.dates = replacement.dates
    adoption.periods = [
        *replacement.periods,
        *(one.cells for one in proposed_periods(lacking, today=today)),
    ]
    adoption.holders = {
        **replacement.holders,
        **{title: [suggested(title).kept()] for title in replacement.new_titles},
    }
    rosters = {one.id for one in adopted(adoption).rosters}
    adoption.sources = {name: one for name, one in adoption.sources.items() if name in rosters}
    adoption.monthly_sheets = [
        name for name in adoption.monthly_sheets if name in replacement.pack.registers
    ]


def take_over(act: Act, old: Adoption, new: Adoption) -> None:
    """Move rows and rounds of the locked old adoption to the new one, and mark it replaced.

    Subjects and entries keep their ids, so that tasks, reviews and results still lead to them.
    """
    replacement = Replacement(adopted(old), compiled(new.scheme))
    reasons = replacement.misfits
    kept = [one.id for one in replacement.registers if one.is_kept]
    rosters = {one.id for one in adopted(new).rosters}
    moved = Subject.objects.unscoped(WHY).filter(adoption=old, roster__in=rosters)
    moved.update(adoption=new)
    entries = Entry.objects.unscoped(WHY).filter(adoption=old, register__in=kept)
    entries.update(adoption=new)
    for counted in (RegisterCount, RegisterTotal, RegisterRevision):
        counted.objects.filter(adoption=old, register__in=kept).update(adoption=new)
    sheets = MonthlySheet.objects.unscoped(WHY).filter(adoption=old, register__in=kept)
    sheets.update(adoption=new)
    Round.objects.unscoped(WHY).filter(adoption=old).update(adoption=new)
    _give_back(act, new, reasons)
    _respine(act, adopted(old), adopted(new))
    places = RegisterRevision.objects.filter(adoption=new).values_list("register", "unit_id")
    changed(new, list(places))
    old.state = AdoptionState.REPLACED
    act.keep(old, "state", replaced_by=new.pk, returned=len(reasons))


def _give_back(act: Act, new: Adoption, reasons: Mapping[int, Refused]) -> None:
    """Entries that the new text does not take as they are: returned with the reason."""
    rows = Entry.objects.unscoped(WHY).filter(pk__in=[*reasons], adoption=new)
    for entry in rows.exclude(standing=Standing.RETURNED).order_by("pk"):
        entry.adoption = new
        note = str(reasons[entry.pk])[:MOST_NOTE]
        restand(act, [entry], Standing.RETURNED, note=digest(note))
        step(act, entry, StepKind.RETURNED, what="方案换了新文本", note=note)


def _respine(act: Act, old: Adopted, new: Adopted) -> None:
    """Find entries by the fields of the new text, where it names them otherwise.

    What an entry says is never changed: such a one is replaced by a later one of the same words.
    """
    for register in new.ledgers:
        if register.id not in old.pack.registers:
            continue
        shape = new.shape(register.id)
        if replace(shape, register=register) == replace(old.shape(register.id), register=register):
            continue
        rows = Entry.objects.unscoped(WHY).filter(
            adoption=new.adoption, register=register.id, standing__in=LIVE
        )
        listed = list(rows.select_related("unit", "subject", "review").order_by("pk"))
        differing = {
            entry.pk
            for entry in listed
            if any(getattr(entry, slot) != shape.spine(entry.values)[slot] for slot in _SLOTS)
        }
        wanting = [one for one in listed if {one.pk, one.replaces_id} & differing]
        standings = {entry.pk: Standing(entry.standing) for entry in wanting}
        restand(act, wanting, Standing.REPLACED)
        # First what counts, so that a correction which waits finds what it is to replace.
        anew: dict[int, Entry] = {}
        for part in (
            [one for one in wanting if one.replaces_id is None],
            [one for one in wanting if one.replaces_id is not None],
        ):
            again = [
                New(
                    values=one.values,
                    unit=one.unit,
                    subject=one.subject,
                    standing=standings[one.pk],
                    corrects=one,
                    replaces=anew.get(one.replaces_id or 0, one.replaces),
                    review=one.review,
                )
                for one in part
            ]
            written = write_entries(act, new, register.id, again)
            anew |= {one.pk: entry for one, entry in zip(part, written, strict=True)}
