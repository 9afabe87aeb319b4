"""单位: the tree of what one may see, one unit, and what may be changed of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kaocheng.access.actor import By
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import NotYours
from kaocheng.access.scope import one, units
from kaocheng.access.unit import units_to_reorganise
from kaocheng.actions.perform import Answer
from kaocheng.actions.unit import add_unit, close_unit, move_unit, rename_unit
from kaocheng.actions.unit_merger import merge_units, split_group, undo_merger
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.person import Filters, people_under
from kaocheng.queries.unit import may_add_below, unit_choices, unit_page, units_page
from kaocheng.records.models import Unit
from kaocheng.records.models.unit import KEEPS_PANELS, STANDS_UNDER, UnitKind
from kaocheng.web.asking import actor, by
from kaocheng.web.saying import say
from kaocheng.web.units import forms
from kaocheng.web.units.form_page import FormPage, form_page

Values = Mapping[str, Any]


def list_units(request: HttpRequest) -> HttpResponse:
    """One level of the tree, all units of a kind below, or what was searched for."""
    kind = request.GET.get("kind", "")
    context = {
        "page": units_page(
            actor(request),
            under=whole_number(request.GET.get("under", "")),
            typed=request.GET.get("q", ""),
            number=request.GET.get("page", "1"),
            closed=request.GET.get("closed") == "1",
            on=CLOCK.today(),
            kind=kind if kind in UnitKind else "",
        ),
        "closed": request.GET.get("closed") == "1",
    }
    return render(request, "units/units.html", context)


def show_unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    page = unit_page(actor(request), unit_id, on=CLOCK.today())
    return render(request, "units/unit.html", {"page": page})


def add_below(request: HttpRequest, unit_id: int) -> HttpResponse:
    above = one(units(actor(request), Permission.MANAGE_UNITS).select_related("keeper"), unit_id)
    return _add(request, above, back=reverse("unit", args=[above.pk]))


def add_on_top(request: HttpRequest) -> HttpResponse:
    """A city, or a school that stands alone."""
    if not may_add_below(actor(request), None):
        raise NotYours
    return _add(request, None, back=reverse("units"))


def rename(request: HttpRequest, unit_id: int) -> HttpResponse:
    unit = _changeable(request, unit_id)
    initial = {
        "version": unit.version,
        "name": unit.name,
        "short_name": unit.short_name,
        "code": unit.code,
        "on": CLOCK.today(),
    }
    return _changing(
        request,
        unit,
        FormPage(_("改名称和代码"), _("保存名称"), _page_of(unit), name=unit.name),
        forms.RenameUnit(request.POST or None, initial=initial),
        lambda asked, values: rename_unit(asked, unit_id=unit.pk, **values),
        said=_("已保存。原来的名称在“沿革”里可以查到。"),
    )


def move(request: HttpRequest, unit_id: int) -> HttpResponse:
    unit = _changeable(request, unit_id)
    kinds = [kind for kind in STANDS_UNDER[unit.kind] if kind]
    choices = unit_choices(actor(request), Permission.MANAGE_UNITS, kinds=kinds, but=unit.pk)
    return _changing(
        request,
        unit,
        FormPage(
            _("调整隶属"),
            _("调整隶属"),
            _page_of(unit),
            name=unit.name,
            about=_("下级单位和人员一起过去"),
        ),
        forms.MoveUnit(choices, request.POST or None, initial=_initial(unit)),
        lambda asked, values: move_unit(
            asked, unit_id=unit.pk, above_id=values["other"], **_day_of(values)
        ),
        said=_("已调整隶属。"),
    )


def merge(request: HttpRequest, unit_id: int) -> HttpResponse:
    unit = _changeable(request, unit_id)
    choices = unit_choices(actor(request), Permission.MANAGE_UNITS, kinds=[unit.kind], but=unit.pk)
    return _changing(
        request,
        unit,
        FormPage(
            _("并入另一个单位"),
            _("并入所选单位"),
            _page_of(unit),
            name=unit.name,
            warning=_(
                "从这一天起，这里的人员都到新单位任职，同名的教研组合并，"
                "这个单位撤销；原来的记录仍可查看。办理当天可以撤回。"
            ),
            is_final=True,
        ),
        forms.MergeUnit(choices, request.POST or None, initial=_initial(unit)),
        lambda asked, values: merge_units(
            asked, unit_id=unit.pk, into_id=values["other"], **_day_of(values)
        ),
        said=_("已合并。当天可以在原单位的页面撤回。"),
    )


def close(request: HttpRequest, unit_id: int) -> HttpResponse:
    unit = _changeable(request, unit_id)
    return _changing(
        request,
        unit,
        FormPage(
            _("撤销单位"),
            _("撤销单位"),
            _page_of(unit),
            name=unit.name,
            warning=_("撤销后不能再改，原来的记录仍可查看。还有人员或下级单位的不能撤销。"),
            is_final=True,
        ),
        forms.CloseUnit(request.POST or None, initial=_initial(unit)),
        lambda asked, values: close_unit(asked, unit_id=unit.pk, **values),
        said=_("已撤销。"),
    )


def split(request: HttpRequest, unit_id: int) -> HttpResponse:
    group = _changeable(request, unit_id)
    if group.kind not in (UnitKind.GROUP, UnitKind.DEPARTMENT):
        raise NotYours
    today = CLOCK.today()
    people = people_under(actor(request), group, Filters(), on=today).order_by("pinyin", "id")
    choices = [(person.pk, person.name) for person in people]
    return _changing(
        request,
        group,
        FormPage(_("分出一个组"), _("分出新组"), _page_of(group), name=group.name),
        forms.SplitGroup(choices, request.POST or None, initial={"on": today}),
        lambda asked, values: split_group(asked, unit_id=group.pk, **values),
        said=_("已分出新组。"),
    )


def undo(request: HttpRequest, unit_id: int) -> HttpResponse:
    undo_merger(by(request), unit_id=unit_id)
    say(request, _("已撤回合并，人员和教研组都回到原来的单位。"))
    return redirect("unit", unit_id=unit_id)


def whole_number(text: str) -> int | None:
    """An id out of an address; nothing for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _add(request: HttpRequest, above: Unit | None, *, back: str) -> HttpResponse:
    under = above.kind if above else ""
    kinds = [kind for kind in UnitKind.values if under in STANDS_UNDER[kind] and kind != "panel"]
    if above is not None and above.kind in KEEPS_PANELS:
        kinds.append(UnitKind.PANEL)
    initial = {"on": CLOCK.today(), "kind": request.GET.get("kind", "")}
    return form_page(
        request,
        FormPage(_("新建单位"), _("新建单位"), back, name=above.name if above else ""),
        forms.AddUnit(kinds, request.POST or None, initial=initial),
        do=lambda asked, values: add_unit(
            asked, above_id=above.pk if above else None, **_typed(values)
        ),
        done=lambda answer: reverse("unit", args=[int(answer.id)]),
        said=_("已新建。"),
    )


def _changing(
    request: HttpRequest,
    unit: Unit,
    page: FormPage,
    form: Any,  # noqa: ANN401  # one of the forms above
    do: Callable[[By, Values], Answer],
    *,
    said: str,
) -> HttpResponse:
    return form_page(
        request,
        page,
        form,
        do=do,
        done=lambda answer: reverse("unit", args=[int(answer.id)]),
        said=said,
        version=lambda: _changeable(request, unit.pk).version,
    )


def _changeable(request: HttpRequest, unit_id: int) -> Unit:
    return one(units_to_reorganise(actor(request)), unit_id)


def _page_of(unit: Unit) -> str:
    return reverse("unit", args=[unit.pk])


def _initial(unit: Unit) -> dict[str, object]:
    return {"version": unit.version, "on": CLOCK.today()}


def _typed(values: Mapping[str, object]) -> dict[str, Any]:
    return dict(values)


def _day_of(values: Values) -> dict[str, Any]:
    return {name: values[name] for name in ("on", "reason", "version")}
