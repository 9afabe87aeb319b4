"""Tags and filters of the pages; loaded in every template."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from kaocheng.access.refusal import Refused
from kaocheng.web import dates
from kaocheng.web.icons import SPRITE, icon_of_chip
from kaocheng.web.role_names import role_name

register = template.Library()


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


@register.simple_tag
def icon(name: str, label: str | Promise = "") -> SafeString:
    """A picture out of the sprite; without a label it is decoration and is not read out."""
    use = format_html('<use href="{}#{}"/>', static(SPRITE), name)
    if label:
        return format_html('<svg class="ti" role="img" aria-label="{}">{}</svg>', label, use)
    return format_html('<svg class="ti" aria-hidden="true" focusable="false">{}</svg>', use)


@register.simple_tag
def chip(kind: str, words: str | Promise, icon_name: str = "") -> SafeString:
    """A state: never colour alone, always a picture and a word; kinds are ok, no, wa, in or none.

    {% chip "ok" "达到" %}
    """
    picture = icon(icon_name or icon_of_chip(kind))
    return format_html('<span class="chip {}">{}{}</span>', kind, picture, words)


@register.simple_tag
def form_key() -> SafeString:
    """What makes sending a form twice do it once."""
    return format_html('<input type="hidden" name="key" value="{}">', secrets.token_hex(16))


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
