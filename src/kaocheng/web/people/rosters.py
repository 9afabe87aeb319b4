"""花名册导入: upload, look at what would happen, then all of it or nothing."""

from __future__ import annotations

import secrets
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Refused
from kaocheng.access.scope import one, units
from kaocheng.access.unit import roster_imports
from kaocheng.actions.roster import (
    bytes_of,
    check_again,
    check_roster,
    drop_roster,
    import_roster,
    roster_in,
)
from kaocheng.formats.roster_books import empty_roster, marked_roster
from kaocheng.gateways.clock import CLOCK
from kaocheng.methods.one_time import one_time_password
from kaocheng.queries.person import first_sign_ins
from kaocheng.queries.roster import plan_import
from kaocheng.records.models import RosterImport
from kaocheng.records.models.roster import RosterState
from kaocheng.records.scoped import OwnedQuerySet
from kaocheng.web.asking import actor, by
from kaocheng.web.attachment import given_file
from kaocheng.web.people.views import XLSX, download
from kaocheng.web.saying import say


def upload(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Choose a file; it is checked at once, and nothing is imported by it."""
    unit = one(units(actor(request), Permission.IMPORT_ROSTER), unit_id)
    problem = None
    if request.method == "POST":
        try:
            given = request.FILES.get("roster")
            if given is None:
                raise Refused("W82")
            sent = given_file(given)
            answer = check_roster(by(request), unit_id=unit.pk, upload=sent)
        except Refused as refused:
            if refused.status != 422:
                raise
            problem = refused
        else:
            return redirect("roster", import_id=int(answer.id))
    earlier = roster_imports(actor(request)).filter(unit=unit).order_by("-made_at")[:5]
    context = {"unit": unit, "problem": problem, "earlier": list(earlier)}
    return render(request, "people/roster_upload.html", context, status=422 if problem else 200)


def empty_table(request: HttpRequest) -> HttpResponse:
    """The table to fill in."""
    del request
    return download(empty_roster(), "花名册空表.xlsx", XLSX)


def show(request: HttpRequest, import_id: int) -> HttpResponse:
    return _shown(request, one(_mine(request), import_id))


def marked(request: HttpRequest, import_id: int) -> HttpResponse:
    """The file as it came, with what is wrong marked in it."""
    row = one(_mine(request), import_id)
    roster = roster_in(bytes_of(row), file=row.file_name)
    plan, _state = plan_import(actor(request), row.unit, roster, on=CLOCK.today())
    stem = row.file_name.rpartition(".")[0] or row.file_name
    return download(marked_roster(roster, plan.faults), f"{stem}（已标出问题）.xlsx", XLSX)


def confirm(request: HttpRequest, import_id: int) -> HttpResponse:
    """Import as it was checked; the answer holds the first passwords and is shown this once."""
    row = one(_mine(request), import_id)
    seed = request.POST.get("seed", "")[:64] or secrets.token_hex(32)
    leavers = request.POST.getlist("leaver")
    try:
        import_roster(
            by(request),
            import_id=row.pk,
            same_as=_same_as(request),
            leavers=sorted(int(one) for one in leavers if one.isascii() and one.isdigit()),
            seed=seed,
        )
    except Refused as refused:
        if refused.message_id != "W59" or row.state != RosterState.CHECKED:
            raise
        # Its own action: the key of the form belongs to the import that was refused.
        check_again(replace(by(request), key=""), import_id=row.pk)
        return _shown(request, one(_mine(request), row.pk), problem=refused)
    row = one(_mine(request), row.pk)
    slips = [
        {
            "name": one_of.name,
            "unit": one_of.unit,
            "login": one_of.login,
            "password": one_time_password(seed, one_of.login),
        }
        for one_of in first_sign_ins(row)
    ]
    context = {
        "slips": slips,
        "row": row,
        "unit": row.unit,
        "back": reverse("people-of-unit", args=[row.unit_id]),
    }
    return render(request, "people/slips.html", context)


def drop(request: HttpRequest, import_id: int) -> HttpResponse:
    row = one(_mine(request), import_id)
    drop_roster(by(request), import_id=row.pk)
    say(request, _("已放弃，名单没有任何改动。"))
    return redirect("roster-upload", unit_id=row.unit_id)


def _mine(request: HttpRequest) -> OwnedQuerySet[RosterImport]:
    return roster_imports(actor(request)).select_related("unit", "file")


def _shown(
    request: HttpRequest, row: RosterImport, *, problem: Refused | None = None
) -> HttpResponse:
    twins: dict[int, dict[str, object]] = {}
    for line, name, person_id, where in row.preview.get("twins", []):
        twin = twins.setdefault(line, {"line": line, "name": name, "others": []})
        others = twin["others"]
        assert isinstance(others, list)
        others.append((person_id, where))
    context = {
        "row": row,
        "unit": row.unit,
        "counts": row.counts,
        "errors": [one for one in row.problems if one["is_error"]],
        "doubts": [one for one in row.problems if not one["is_error"]],
        "twins": list(twins.values()),
        "is_waiting": row.state == RosterState.CHECKED,
        "seed": secrets.token_hex(32),
        "problem": problem,
    }
    status = 409 if problem else 200
    return render(request, "people/roster.html", context, status=status)


def _same_as(request: HttpRequest) -> dict[str, int]:
    """What was chosen for each line with a namesake."""
    return {
        name.removeprefix("same_"): int(said)
        for name in sorted(request.POST)
        if (said := request.POST.get(name, "")).isascii()
        and said.isdigit()
        and name.startswith("same_")
        and name.removeprefix("same_").isdigit()
    }
