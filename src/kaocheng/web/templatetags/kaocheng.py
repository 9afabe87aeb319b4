"""Tags and filters of the pages; loaded in every template."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache, lru_cache
from typing import TypeVar

from django import template
from django.forms import BoundField
from django.template.base import FilterExpression, Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as url_of_django
from django.templatetags.static import static
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from kaocheng.access.refusal import Refused
from kaocheng.queries.shell import Badges
from kaocheng.web import dates
from kaocheng.web.icons import SPRITE, icon_of_chip
from kaocheng.web.navigation import Entry
from kaocheng.web.role_names import role_name

register = template.Library()
C = TypeVar("C")
T = TypeVar("T")


@register.filter
def reason(problem: Refused) -> str:
    """A refusal in the reader's words."""
    return problem.say(_language())


@register.filter
def remedy(problem: Refused) -> str:
    return problem.remedy(_language())


@register.filter
def day(value: date | datetime | None) -> str:
    """11月27日; the year only of another year."""
    return dates.day(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """11月27日 10:42, in China."""
    return dates.moment(value) if value else ""


@register.filter
def deadline(value: datetime | None) -> str:
    """12月6日（周三）24:00 前."""
    return dates.left(value, "days").date if value else ""


@register.filter
def left(value: datetime | None, counted_in: str = "days") -> str:
    """剩 3 个工作日, 今天截止, 已逾期 2 天: {{ task.due_at|left:task.due_unit }}."""
    return dates.left(value, counted_in).left if value else ""


@register.filter
def urgency(value: datetime | None, counted_in: str = "days") -> str:
    """The kind of chip for what is left: no (today or over), wa (near), in."""
    return dates.left(value, counted_in).tone if value else ""


@register.filter
def role_in(role: str, unit_kind: str) -> str:
    """What a role is called in a unit of the kind: {{ post.role|role_in:post.unit_kind }}."""
    return role_name(role, unit_kind)


@register.filter
def under(cells: Iterable[T], columns: Iterable[C]) -> list[tuple[C, T]]:
    """Each cell with the column that it stands under, since on a phone it is told beside it."""
    return list(zip(columns, cells, strict=True))


@register.simple_tag
def icon(name: str, label: str | Promise = "") -> SafeString:
    """A picture out of the sprite; without a label it is decoration and is not read out."""
    if label:
        return format_html('<svg class="ti" role="img" aria-label="{}">{}</svg>', label, _use(name))
    return _decoration(name)


@cache
def _use(name: str) -> SafeString:
    return format_html('<use href="{}#{}"/>', static(SPRITE), name)


@cache
def _decoration(name: str) -> SafeString:
    return format_html('<svg class="ti" aria-hidden="true" focusable="false">{}</svg>', _use(name))


@register.filter
def in_language(words: str | Promise) -> str:
    """The name of a kind or a state, which the records keep in Chinese, in the reader's language.

    Anything else stays as it is.
    """
    # The translation of nothing is the head of the catalogue.
    return gettext(str(words)) if words else ""


@register.simple_tag
def chip(kind: str, words: str | Promise, icon_name: str = "") -> SafeString:
    """A state: never colour alone, always a picture and a word; kinds are ok, no, wa, in or none.

    {% chip "ok" "达到" %}
    """
    return _chip(kind, in_language(words), icon_name or icon_of_chip(kind))


@lru_cache(maxsize=2_000, typed=True)
def _chip(kind: str, words: str, icon_name: str) -> SafeString:
    return format_html('<span class="chip {}">{}{}</span>', kind, icon(icon_name), words)


@register.simple_tag
def form_key() -> SafeString:
    """What makes sending a form twice do it once."""
    return format_html('<input type="hidden" name="key" value="{}">', secrets.token_hex(16))


@register.tag
def url(parser: Parser, token: Token) -> URLNode:
    """As Django's; an address is looked up once, not at every rendering."""
    node = url_of_django(parser, token)
    return node if node.kwargs or node.asvar else _Address(node.view_name, node.args)


class _Address(URLNode):
    def __init__(self, view_name: FilterExpression, blanks: list[FilterExpression]) -> None:
        super().__init__(view_name, blanks, {}, None)

    def render(self, context: template.Context) -> SafeString:
        blanks = (one.resolve(context) for one in self.args)
        return address_of(self.view_name.resolve(context), *blanks)


def address_of(name: str, *blanks: object) -> SafeString:
    """Of a page, with its blanks filled in, escaped."""
    return _address(name, get_script_prefix(), get_urlconf(), *blanks)


# The links of a few hundred pages; by type, since 1 and True are equal but not written alike.
@lru_cache(maxsize=20_000, typed=True)
def _address(name: str, _prefix: str, _urlconf: str | None, *blanks: object) -> SafeString:
    return conditional_escape(reverse(name, args=blanks))


@register.simple_tag
def entry_link(entry: Entry, badges: Badges) -> SafeString:
    """An entry of the rail or of the tabs, with its number."""
    address = address_of(entry.endpoint) + conditional_escape(entry.query)
    number: int = getattr(badges, entry.badge) if entry.badge else 0
    return _entry_link(address, entry.icon, str(entry.label), number, is_here=entry.is_here)


@lru_cache(maxsize=2_000)
def _entry_link(
    address: SafeString, icon_name: str, label: str, number: int, *, is_here: bool
) -> SafeString:
    here = SafeString(' class="on" aria-current="page"' if is_here else "")
    shown = format_html('<span class="bd">{}</span>', number) if number else ""
    return format_html(
        '<a href="{}"{}>{}<span>{}</span>{}</a>', address, here, icon(icon_name), label, shown
    )


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField) -> dict[str, object]:
    """A field of a form: label, input, help and error, tied together for who cannot see."""
    return {"field": bound, "widget": _with_ties(bound)}


def _with_ties(bound: BoundField) -> SafeString:
    ties = [f"{bound.auto_id}-help"] if bound.help_text else []
    ties += [f"{bound.auto_id}-error"] if bound.errors else []
    kind = bound.widget_type
    own = bound.field.widget.attrs.get("class", "")
    classes = own if kind in {"checkbox", "radioselect", "checkboxselectmultiple"} else f"inp {own}"
    attrs = {"class": f"{classes} err" if bound.errors else classes}
    if ties:
        attrs["aria-describedby"] = " ".join(ties)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return bound.as_widget(attrs={name: value.strip() for name, value in attrs.items()})


def _language() -> str:
    return "en" if get_language() == "en" else "zh"
