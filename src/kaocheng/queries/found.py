"""Finding by what people type: the name, its pinyin, or the first letters of it."""

from __future__ import annotations

from django.db.models import F, Func, Q, Value
from django.db.models.functions import Left

from kaocheng.records.scoped import OwnedQuerySet, Row_co

_LONGEST_TYPED = 40


def named_like(rows: OwnedQuerySet[Row_co], typed: str) -> OwnedQuerySet[Row_co]:
    """The rows whose name holds the text, or whose pinyin begins like it: 陈, chenm, cm."""
    typed = typed.strip()[:_LONGEST_TYPED]
    if not typed:
        return rows
    condition = Q(name__icontains=typed)
    letters = typed.lower().replace(" ", "")
    if letters.isascii() and letters.isalpha():
        rows = rows.annotate(  # type: ignore[assignment]  # the same rows, with two columns more
            typed_letters=_without("[0-9 ]", ""),
            typed_initials=_without("([a-zü])[a-zü]*[0-9]? ?", r"\1"),
        )
        condition |= Q(typed_letters__startswith=letters) | Q(typed_initials__startswith=letters)
    return rows.filter(condition)


def _without(pattern: str, put: str) -> Func:
    return Func(
        Left(F("pinyin"), 160), Value(pattern), Value(put), Value("g"), function="regexp_replace"
    )
