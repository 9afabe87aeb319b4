"""A cell of a collection form: its input, what is wrong with it, what others wrote meanwhile.

A page has hundreds of them, which is too many for a template of their own.
"""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kaocheng.queries.collection_part import FilledCell, FilledRow
from kaocheng.queries.collection_values import NO, YES
from kaocheng.records.models.collection import FieldKind
from kaocheng.web.templatetags.kaocheng import icon, reason

register = template.Library()
_OF_KINDS = {
    FieldKind.NUMBER: SafeString(' inputmode="decimal"'),
    FieldKind.WHOLE: SafeString(' inputmode="numeric"'),
    FieldKind.PHONE: SafeString(' inputmode="tel"'),
    FieldKind.DATE: SafeString(' placeholder="2026-09-01"'),
}
_NOTHING = SafeString("")


@register.simple_tag
def filled_cell(cell: FilledCell, row: FilledRow) -> SafeString:
    """Nothing of a hidden value reaches the page."""
    if cell.is_hidden:
        return format_html('<span class="m3">{}</span>', _("已填，按权限不显示"))
    shown = _select(cell, row) if cell.is_choice else _input(cell, row)
    return shown + _problem(cell) + _theirs(cell)


def _input(cell: FilledCell, row: FilledRow) -> SafeString:
    return format_html(
        '<input class="inp{}{}" name="{}" value="{}" maxlength="220"{} autocomplete="off" {}>',
        " n" if cell.is_number else "",
        " err" if cell.problem else "",
        cell.name,
        cell.value,
        _OF_KINDS.get(FieldKind(cell.field.kind), _NOTHING),
        _ties(cell, row),
    )


def _select(cell: FilledCell, row: FilledRow) -> SafeString:
    choices = [(choice, choice) for choice in cell.field.choices]
    if cell.field.kind == FieldKind.YES_NO:
        choices = [(YES, _("是")), (NO, _("否"))]
    options = _NOTHING
    for value, words in choices:
        chosen = SafeString(" selected" if value == cell.value else "")
        options += format_html('<option value="{}"{}>{}</option>', value, chosen, words)
    return format_html(
        '<select class="inp{}" name="{}" {}><option value=""></option>{}</select>',
        " err" if cell.problem else "",
        cell.name,
        _ties(cell, row),
        options,
    )


def _ties(cell: FilledCell, row: FilledRow) -> SafeString:
    """What the input is called, and what describes it, for who cannot see the table."""
    name = cell.field.name
    label = (
        _("第 %(number)s 行 %(name)s") % {"number": row.number, "name": name}
        if row.number
        else _("新的一行 %(name)s") % {"name": name}
    )
    described = _NOTHING
    if cell.problem:
        described = format_html(' aria-invalid="true" aria-describedby="{}-error"', cell.name)
    elif cell.theirs is not None:
        described = format_html(' aria-describedby="{}-theirs"', cell.name)
    elif cell.field.hint:
        described = format_html(' aria-describedby="hint-{}"', cell.field.id)
    return format_html('aria-label="{}"{}', label, described)


def _problem(cell: FilledCell) -> SafeString:
    if cell.problem is None:
        return _NOTHING
    return format_html(
        '<p class="error" id="{}-error">{}<span>{}</span></p>',
        cell.name,
        icon("alert-circle"),
        reason(cell.problem),
    )


def _theirs(cell: FilledCell) -> SafeString:
    if cell.theirs is None:
        return _NOTHING
    words = _("现在写着：%(value)s") % {"value": cell.theirs} if cell.theirs else _("现在是空的")
    return format_html('<p class="note wa" id="{}-theirs"><span>{}</span></p>', cell.name, words)
