"""采用: start a draft, settle it page by page, approve it; in force, the same pages amend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace as with_values
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.actions.adoption import (
    approve_adoption,
    discard_adoption,
    name_holders,
    set_dates,
    settle_adoption,
    start_adoption,
)
from kaocheng.actions.adoption_end import end_adoption
from kaocheng.actions.adoption_periods import set_periods
from kaocheng.actions.amendment import make_amendment
from kaocheng.actions.perform import Answer
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.adoption import Head, adoption_page
from kaocheng.queries.adoption_end import ending
from kaocheng.queries.adoption_forms import (
    TableForm,
    date_form,
    holder_form,
    parameter_form,
    period_form,
    table_form,
)
from kaocheng.queries.scheme import PackCard, pack_cards
from kaocheng.web.adoptions.forms import (
    BLANK_ROWS,
    EndForm,
    NewForm,
    PasteForm,
    PeriodsForm,
    amendment_form,
    cells_of,
    moved_by,
    pasted,
    read_days,
    read_grid,
    read_holders,
    read_parameters,
    version_of,
    years_of,
)
from kaocheng.web.asking import actor, by
from kaocheng.web.saying import say

Problems = Mapping[str, Refused]
PERIOD_CELLS = 5


def start(request: HttpRequest, *, name: str) -> HttpResponse:
    """What will be prepared, under a name of its own."""
    card = _card(name)
    form = NewForm(request.POST or None, initial={"title": card.title})
    if request.method == "POST" and form.is_valid():
        folder = Path(settings.SCHEMES) / card.name
        answer = start_adoption(by(request), folder=folder, title=form.cleaned_data["title"])
        say(request, gettext("已开始准备，下面是还要定的事"))
        return redirect("adoption", answer.id)
    return render(request, "adoptions/new.html", {"card": card, "form": form})


def parameters(request: HttpRequest, *, adoption_id: int) -> HttpResponse:
    form = parameter_form(actor(request), adoption_id, now=CLOCK.now())
    problems: Problems = {}
    amending = amendment_form(form.head, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        defaults = {one.id: one.parameter.default for one in form.plain}
        given = read_parameters(request.POST, defaults)
        problems, done = _written(request, form.head, amending, settle_adoption, parameters=given)
        if done:
            return redirect("adoption-parameters", adoption_id)
        plain = tuple(with_values(one, value=given.get(one.id, one.value)) for one in form.plain)
        form = with_values(form, plain=plain)
    lines = [(one, problems.get(one.id)) for one in form.plain]
    context = {"form": form, "head": form.head, "lines": lines, "amending": amending}
    return _page(request, "adoptions/parameters.html", context, problems)


def table(request: HttpRequest, *, adoption_id: int, parameter: str) -> HttpResponse:
    """One table, cell by cell or pasted; asking for more rows writes nothing."""
    form = table_form(actor(request), adoption_id, parameter, now=CLOCK.now())
    names = [name for name, _ in form.columns]
    rows = [list(row) for row in form.rows]
    problems: Problems = {}
    posted = request.POST if request.method == "POST" else None
    amending = amendment_form(form.head, posted)
    if posted is not None:
        rows = read_grid(posted, len(names))
        if posted.get("then") == "paste":
            rows = _rows_of_paste(posted.get("table", ""), form)
        rows = [row for row in rows if any(row)]
        if posted.get("then") == "write":
            given = {parameter: [names, *rows]}
            problems, done = _written(
                request, form.head, amending, settle_adoption, parameters=given
            )
            if done:
                return redirect("adoption-parameters", adoption_id)
        elif amending is not None:
            amending.errors.clear()
    told = {key.removeprefix(f"{parameter}/"): one for key, one in problems.items()}
    rows = [*rows, *[[""] * len(names) for _ in range(BLANK_ROWS)]]
    context = {
        "form": form,
        "head": form.head,
        "rows": cells_of([one for _, one in form.columns], rows, told),
        "whole": told.get(parameter),
        "amending": amending,
        "paste": PasteForm(),
    }
    return _page(request, "adoptions/table.html", context, problems)


def holders(request: HttpRequest, *, adoption_id: int) -> HttpResponse:
    form = holder_form(actor(request), adoption_id, now=CLOCK.now())
    problems: Problems = {}
    amending = amendment_form(form.head, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        titles = [(one.number, one.title) for one in form.lines]
        given = read_holders(request.POST, titles, form.choices)
        problems, done = _written(request, form.head, amending, name_holders, holders=given)
        if done:
            return redirect("adoption-holders", adoption_id)
        kept = tuple(
            with_values(
                one,
                first=request.POST.get(f"h-{one.number}", one.first),
                second=request.POST.get(f"h2-{one.number}", one.second),
            )
            for one in form.lines
        )
        form = with_values(form, lines=kept)
    lines = [(one, problems.get(one.title)) for one in form.lines]
    context = {"form": form, "head": form.head, "lines": lines, "amending": amending}
    return _page(request, "adoptions/holders.html", context, problems)


def periods(request: HttpRequest, *, adoption_id: int) -> HttpResponse:
    form = period_form(actor(request), adoption_id, now=CLOCK.now())
    rows = [list(row) for row in form.rows]
    problems: Problems = {}
    amending = PeriodsForm(request.POST or None) if form.head.in_force else None
    if request.method == "POST":
        rows = [row for row in read_grid(request.POST, PERIOD_CELLS) if any(row[1:])]
        if request.POST.get("then") == "write":
            try:
                answer = set_periods(
                    by(request),
                    adoption_id=adoption_id,
                    version=version_of(request.POST),
                    rows=rows,
                    why=request.POST.get("why", ""),
                )
            except Invalid as problem:
                problems = problem.problems
                if amending is not None:
                    amending.say(problems)
            else:
                _say_amended(request, answer.values["number"])
                return redirect("adoption-periods", adoption_id)
    first = form.kinds[0][0] if form.kinds else ""
    shown = [*rows, *[[first, "", "", "", ""] for _ in range(BLANK_ROWS)]]
    lines = [(row, problems.get(str(number))) for number, row in enumerate(shown, start=1)]
    context = {
        "form": form,
        "head": form.head,
        "lines": lines,
        "amending": amending,
        "whole": problems.get(""),
    }
    return _page(request, "adoptions/periods.html", context, problems)


def dates(request: HttpRequest, *, adoption_id: int) -> HttpResponse:
    """The days of the steps; moving all by years only fills the form."""
    form = date_form(actor(request), adoption_id, now=CLOCK.now())
    problems: Problems = {}
    posted = request.POST if request.method == "POST" else None
    amending = amendment_form(form.head, posted)
    typed: Mapping[str, str] = {}
    if posted is not None:
        typed = read_days(posted, form.names)
        if posted.get("then") == "move":
            typed = moved_by(form.fixed, years_of(posted))
            if amending is not None:
                amending.errors.clear()
        else:
            problems, done = _written(request, form.head, amending, set_dates, days=typed)
            if done:
                return redirect("adoption-dates", adoption_id)
    lines = [
        (
            title,
            [
                (one, typed.get(one.step.name, one.step.day), problems.get(one.step.name))
                for one in ends
            ],
        )
        for title, ends in form.rows
    ]
    years = _years_to_now(form.head, form.fixed)
    context = {
        "form": form,
        "head": form.head,
        "lines": lines,
        "amending": amending,
        "years": years,
        "was_moved": posted is not None and posted.get("then") == "move",
    }
    return _page(request, "adoptions/dates.html", context, problems)


def approve(request: HttpRequest, *, adoption_id: int) -> HttpResponse:
    approve_adoption(by(request), adoption_id=adoption_id, version=version_of(request.POST))
    say(request, gettext("已批准，从现在起施行"))
    return redirect("adoption", adoption_id)


def discard(request: HttpRequest, *, adoption_id: int) -> HttpResponse:
    discard_adoption(by(request), adoption_id=adoption_id)
    say(request, gettext("草稿已删除"))
    return redirect("adoptions")


def end(request: HttpRequest, *, adoption_id: int) -> HttpResponse:
    """What is still open is listed first; rounds under way are stopped only if that is ticked."""
    found = adoption_page(actor(request), adoption_id, now=CLOCK.now())
    if not found.head.may_approve:
        raise NotYours
    left, problem = ending(actor(request), adoption_id), None
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        stopping = request.POST.getlist("stop") if request.POST.get("sure") else []
        try:
            end_adoption(
                by(request),
                adoption_id=adoption_id,
                because=form.cleaned_data["because"],
                stopping=[int(pk) for pk in stopping if pk.isascii() and pk.isdigit()],
            )
        except Refused as refused:
            if refused.message_id != "K15":
                raise
            problem = refused
        else:
            say(request, gettext("已结束，已有的登记和结果都还在"))
            return redirect("adoption", adoption_id)
    context = {"head": found.head, "form": form, "left": left, "problem": problem}
    status = 422 if request.method == "POST" else 200
    return render(request, "adoptions/end.html", context, status=status)


def _written(
    request: HttpRequest,
    head: Head,
    amending: Any,  # noqa: ANN401  # a form or None
    settle: Callable[..., Answer],
    **given: Any,  # noqa: ANN401  # as the action takes it
) -> tuple[Problems, bool]:
    """Settle the draft, or amend what is in force; the problems, and whether it was written."""
    version = version_of(request.POST)
    if amending is not None and not head.may_approve:
        raise NotAllowed
    if amending is not None and not amending.is_valid():
        return {"": Refused("W05", count=len(amending.errors))}, False
    try:
        if amending is None:
            settle(by(request), adoption_id=head.id, version=version, **given)
            say(request, gettext("已保存"))
        else:
            named = {"dates" if name == "days" else name: one for name, one in given.items()}
            answer = make_amendment(
                by(request), adoption_id=head.id, version=version, **amending.cleaned_data, **named
            )
            number, is_at_once = answer.values["number"], answer.values["is_at_once"]
            _say_amended(request, number, is_at_once=is_at_once)
    except Invalid as problem:
        if amending is not None:
            amending.say(problem.problems)
        return problem.problems, False
    return {}, True


def _say_amended(request: HttpRequest, number: int, *, is_at_once: bool = True) -> None:
    """`number`: that of the amendment, 0 where it was none."""
    said = gettext("已保存")
    if number and is_at_once:
        said = gettext("已修订（第 %(number)s 号），按它重新算") % {"number": number}
    elif number:
        said = gettext("已修订（第 %(number)s 号），到生效日期才变，那天以前可以撤回")
        said = said % {"number": number}
    say(request, said)


def _page(
    request: HttpRequest, template: str, context: Mapping[str, object], problems: Problems
) -> HttpResponse:
    status = 422 if problems else 200
    return render(request, template, {**context, "count": len(problems)}, status=status)


def _rows_of_paste(text: str, form: TableForm) -> list[list[str]]:
    """Under headings by their titles or ids in any order, else in the order of the columns."""
    lines = pasted(text)
    by_heading = {heading: name for name, one in form.columns for heading in (name, one.title)}
    names = [name for name, _ in form.columns]
    if lines and all(cell in by_heading for cell in lines[0] if cell):
        names = [by_heading.get(cell, "") for cell in lines.pop(0)]
    return [
        [dict(zip(names, line, strict=False)).get(name, "") for name, _ in form.columns]
        for line in lines
    ]


def _years_to_now(head: Head, fixed: Mapping[str, date]) -> int:
    """How many years later the first step would be of this year or the next."""
    if not fixed or head.today is None:
        return 0
    last = max(fixed.values())
    years = max(0, head.today.year - last.year)
    is_past = (last.month, last.day) < (head.today.month, head.today.day)
    return years + 1 if years and is_past else years


def _card(name: str) -> PackCard:
    cards = pack_cards(settings.SCHEMES, kept_in=settings.DATA)
    card = next((one for one in cards if one.name == name), None)
    if card is None:
        raise NotYours
    return card
