"""How values are written on pages; loaded in every template."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def reason(problem: object) -> str:
    """A refusal in the reader's words."""
    return problem.say("zh")  # type: ignore[attr-defined,no-any-return]


@register.filter
def remedy(problem: object) -> str:
    return problem.remedy("zh")  # type: ignore[attr-defined,no-any-return]
