"""台账: the list of them, one with its fast entry row, signing many, taking it away as a table."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from kaocheng.access.refusal import Invalid, Refused
from kaocheng.actions.entry import enter
from kaocheng.actions.entry_evidence import Evidence
from kaocheng.actions.entry_sign import sign
from kaocheng.actions.file import keep_bytes
from kaocheng.documents.tables import MEDIA_TYPES, Sheet, csv, xlsx
from kaocheng.gateways.clock import CHINA, CLOCK
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry_effect import Effect, effect_for
from kaocheng.queries.entry_later import later_fields
from kaocheng.queries.register import adopted_in_sight, registers_page
from kaocheng.queries.register_page import (
    Filters,
    exported,
    register_page,
    signable_in,
    subjects_offered,
)
from kaocheng.queries.register_route import ledger
from kaocheng.records.models.register import Standing
from kaocheng.web.asking import actor, by
from kaocheng.web.attachment import attachment
from kaocheng.web.paging import number_of
from kaocheng.web.registers.forms import FieldsForm, Offered, ids_of, number
from kaocheng.web.registers.rosters import show_roster
from kaocheng.web.saying import say

MOST_WORDS = 60


def registers(request: HttpRequest) -> HttpResponse:
    found = registers_page(actor(request), adoption_id=number_of(request, "adoption", 0))
    return render(request, "registers/registers.html", {"found": found})


def show(request: HttpRequest, *, adoption_id: int, register: str) -> HttpResponse:
    found = adopted_in_sight(actor(request), adoption_id)
    if any(one.id == register for one in found.rosters):
        return show_roster(request, found, register)
    ledger(found, register)
    return _page(request, found, register)


def enter_one(request: HttpRequest, *, adoption_id: int, register: str) -> HttpResponse:
    """Enter, or only look at what it would do to the results."""
    found = adopted_in_sight(actor(request), adoption_id)
    ledger(found, register)
    form = _form(request, found, register, bound=True)
    if request.POST.get("then") == "effect":
        effects = effect_for(actor(request), found, register, form.values())
        form.errors.pop("evidence", None)  # asked for once the entry is written
        return _page(request, found, register, form=form, effects=effects)
    try:
        answer = enter(
            by(request),
            adoption_id=adoption_id,
            register=register,
            values=form.values(),
            evidence=evidence_in(request),
            use_ids=ids_of(request.POST, "use"),
        )
    except Invalid as problem:
        form.say(problem)
        return _page(request, found, register, form=form, status=422)
    except Refused as problem:
        if problem.status != 422:
            raise
        form.say_all(problem)
        return _page(request, found, register, form=form, status=422)
    waits = answer.values.get("standing") == "waiting"
    say(request, gettext("已提交，等审签后计入") if waits else gettext("已登记"))
    return redirect("register", adoption_id, register)


def sign_many(request: HttpRequest, *, adoption_id: int, register: str) -> HttpResponse:
    """审签 all that were ticked, or all that came with one import: all of them, or none."""
    found = adopted_in_sight(actor(request), adoption_id)
    one = ledger(found, register)
    ids = ids_of(request.POST, "entry")
    batch = number(request.POST, "import")
    if request.POST.get("then") == "all":
        ids = signable_in(actor(request), found, one, import_id=batch)
    answer = sign(by(request), entry_ids=ids)
    say(request, gettext("已审签 %(count)s 条") % {"count": answer.values["count"]})
    return redirect(address_to_sign(adoption_id, register, batch))


def address_to_sign(adoption_id: int, register: str, batch: int) -> str:
    """Back to what is left to sign of an import; else to the register."""
    address = reverse("register", args=(adoption_id, register))
    return f"{address}?sign=1&import={batch}" if batch else address


def export(request: HttpRequest, *, adoption_id: int, register: str) -> HttpResponse:
    """What the filters leave, as .xlsx or .csv; personal fields masked as on the page."""
    title, headings, rows = exported(actor(request), adoption_id, register, filters_of(request))
    sheet = Sheet(title, headings, tuple(rows))
    if request.GET.get("as") == "csv":
        return attachment(csv(sheet), MEDIA_TYPES["csv"], f"{title}.csv")
    return attachment(xlsx(title, [sheet]), MEDIA_TYPES["xlsx"], f"{title}.xlsx")


def filters_of(request: HttpRequest) -> Filters:
    given = request.GET
    return Filters(
        q=given.get("q", "").replace("\0", "").strip()[:MOST_WORDS],
        unit_id=number_of(request, "unit", 0),
        month=given.get("month", "")[:7],
        state=given.get("state", "").replace("\0", "")[:20],
        standing=given.get("standing", "").replace("\0", "")[:10],
        code=given.get("code", "").replace("\0", "")[:60],
        subject_id=number_of(request, "subject", 0),
        before=_whole(given.get("before", "")),
        to_sign=given.get("sign") == "1",
        import_id=number_of(request, "import", 0),
    )


def evidence_in(request: HttpRequest) -> Evidence | None:
    """The file that came with the form, its bytes in the store."""
    given = request.FILES.get("evidence")
    return Evidence(keep_bytes(given.chunks()), given.name or "") if given else None


def offered_in(request: HttpRequest, found: Adopted, register: str) -> Offered:
    """What may be chosen in the fields that refer to rosters and reference tables."""
    shape = found.shape(register)
    fields = found.register(register).fields
    rosters = {one.id for one in found.rosters}
    return {
        field.type: subjects_offered(
            actor(request),
            found,
            field.type,
            register=register if name == shape.subject else "",
        )
        for name, field in reversed([*fields.items()])
        if field.type in rosters
    }


def _page(
    request: HttpRequest,
    found: Adopted,
    register: str,
    *,
    form: FieldsForm | None = None,
    effects: tuple[Effect, ...] | None = None,
    status: int = 200,
) -> HttpResponse:
    filters = filters_of(request)
    page = register_page(actor(request), found.adoption.pk, register, filters)
    if form is None and page.may_write:
        form = _form(request, found, register, bound=False)
    query = request.GET.copy()
    query.pop("before", None)
    context = {
        "found": page,
        "form": form if page.may_write else None,
        "effects": effects,
        "asked_effect": request.POST.get("then") == "effect",
        "standings": [(one.value, one.label) for one in Standing],
        "query": query.urlencode(),
    }
    return render(request, "registers/register.html", context, status=status)


def _form(request: HttpRequest, found: Adopted, register: str, *, bound: bool) -> FieldsForm:
    offered = offered_in(request, found, register)
    shape = found.shape(register)
    initial: dict[str, str] = {}
    if shape.date:
        is_day = found.register(register).fields[shape.date].type == "date"
        now = CLOCK.now().astimezone(CHINA)
        initial[shape.date] = now.date().isoformat() if is_day else f"{now:%Y-%m-%dT%H:%M}"
    own = offered.get(shape.roster, ())
    if len(own) == 1:
        initial[shape.subject] = own[0][0]
    return FieldsForm(
        request.POST if bound else None,
        request.FILES if bound else None,
        found=found,
        register=found.register(register),
        offered=offered,
        initial=initial,
        without=later_fields(found.register(register)),
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
