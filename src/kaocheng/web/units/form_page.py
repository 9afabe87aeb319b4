"""A page with one form that calls one action: shown, refused beside its fields, or done.

A stale edit shows what the other person wrote beside what the reader typed; sending the form once
more is the reader's choice to keep their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kaocheng.access.actor import By
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused, Stale
from kaocheng.actions.perform import Answer
from kaocheng.formats.person_values import FIELDS, Value, Wrong
from kaocheng.web.asking import by
from kaocheng.web.saying import say
from kaocheng.web.templatetags.kaocheng import reason, remedy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise
else:
    Words = str


@dataclass(frozen=True)
class Theirs:
    """One field that somebody else changed: its label, what stands there, what was typed."""

    label: str
    theirs: str
    yours: str


@dataclass(frozen=True)
class FormPage:
    """The words of the page; `back` is where it came from."""

    title: Words
    verb: Words
    back: str
    about: Words = ""
    name: str = ""
    warning: Words = ""
    is_final: bool = False
    file: bool = False
    links: tuple[tuple[str, Words], ...] = field(default=())


def form_page(
    request: HttpRequest,
    page: FormPage,
    form: forms.Form,
    *,
    do: Callable[[By, Mapping[str, Any]], Answer],
    done: Callable[[Answer], str] | str,
    said: Words,
    version: Callable[[], int] | None = None,
) -> HttpResponse:
    """Answer the request.

    `done` is where to go then; `version` says what the row is at after somebody else changed it.
    """
    if request.method != "POST":
        return shown(request, page, form)
    if not form.is_valid():
        return shown(request, page, form, status=422)
    try:
        answer = do(by(request), form.cleaned_data)
    except Stale as stale:
        return _compared(request, page, form, stale, version)
    except Invalid as invalid:
        _beside_fields(form, invalid)
        return shown(request, page, form, status=422)
    except (NotYours, NotAllowed):
        raise
    except Refused as refused:
        form.add_error(None, f"{reason(refused)}{remedy(refused)}")
        return shown(request, page, form, status=refused.status)
    say(request, said)
    return redirect(done if isinstance(done, str) else done(answer))


def shown(
    request: HttpRequest,
    page: FormPage,
    form: forms.Form,
    *,
    status: int = 200,
    stale: Stale | None = None,
    theirs: tuple[Theirs, ...] = (),
) -> HttpResponse:
    context = {"page": page, "form": form, "stale": stale, "theirs": theirs}
    return render(request, "units/form.html", context, status=status)


def _compared(
    request: HttpRequest,
    page: FormPage,
    form: forms.Form,
    stale: Stale,
    version: Callable[[], int] | None,
) -> HttpResponse:
    """The same form, filled as it was, under the version that stands there now."""
    theirs = tuple(
        Theirs(
            str(form.fields[name].label),
            _plain(value),
            _plain(form.cleaned_data.get(name)),
        )
        for name, value in stale.theirs.items()
        if name in form.fields and _plain(value) != _plain(form.cleaned_data.get(name))
    )
    if version is not None:
        form.data = {**form.data.dict(), "version": str(version())}  # type: ignore[attr-defined]  # a QueryDict
    return shown(request, page, form, status=409, stale=stale, theirs=theirs)


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _beside_fields(form: forms.Form, invalid: Invalid) -> None:
    for name, problem in invalid.problems.items():
        form.add_error(name if name in form.fields else None, f"{reason(problem)}{remedy(problem)}")


class PersonField(forms.CharField):
    """A field of a person, read as in a roster."""

    def __init__(self, name: str, *, required: bool = False, help_text: Words = "") -> None:
        self.about = FIELDS[name]
        super().__init__(label=_(self.about.title), required=required, help_text=help_text)

    def clean(self, value: object) -> Value:
        text = str(super().clean(value))
        try:
            return self.about.read(text)
        except Wrong as wrong:
            raise forms.ValidationError(
                _("%(field)s不对：%(why)s。%(how)s。")
                % {"field": self.about.title, "why": wrong.why, "how": wrong.how}
            ) from wrong


class DayField(forms.DateField):
    """A day, chosen or typed as 2026-09-01."""

    def __init__(self, label: Words, *, required: bool = True, help_text: Words = "") -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=help_text,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d"],
        )


def text_field(
    label: Words, most: int, *, required: bool = True, help_text: Words = ""
) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, help_text=help_text)


def reason_field() -> forms.CharField:
    return text_field(_("依据"), 80, required=False, help_text=_("如：××〔2026〕12 号文件"))


def version_field() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput)
