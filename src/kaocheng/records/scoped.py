"""Rows that belong to somebody: a query over them that forgets its scope fails loudly.

A queryset of an owned model answers only after `within(...)` has narrowed it to what its reader may
see, or after `unscoped(reason)` has said why no reader is involved (a job, a constraint check, a
sign-in). `access` holds the doors that call `within`; nothing else should need it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self, TypeVar

from django.db import models

Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class ForgottenScope(AssertionError):
    """A query over owned rows was run without saying whose rows it may see: a bug of ours."""


class OwnedQuerySet(models.QuerySet[Row_co]):
    """Refuses to answer until it is told its scope."""

    said_scope = False

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]  # untyped in the stubs
        clone.said_scope = self.said_scope
        return clone

    def within(self, condition: models.Q) -> Self:
        """The rows that meet the condition, which states what the reader may see."""
        scoped = self.filter(condition)
        scoped.said_scope = True
        return scoped

    def unscoped(self, reason: str) -> Self:
        """All rows; the reason says why nobody's eyes are involved."""
        if not reason:
            raise ForgottenScope
        scoped = self.all()
        scoped.said_scope = True
        return scoped

    def _must_say_scope(self) -> None:
        if not self.said_scope:
            raise ForgottenScope(
                f"{self.model.__name__}: call a door of kaocheng.access, or unscoped(reason)"
            )

    def _fetch_all(self) -> None:
        self._must_say_scope()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[Row_co]:
        self._must_say_scope()
        return super().iterator(chunk_size)

    def count(self) -> int:
        self._must_say_scope()
        return super().count()

    def exists(self) -> bool:
        self._must_say_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401  # Django's
        self._must_say_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:  # noqa: ANN401  # Django's
        self._must_say_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._must_say_scope()
        return super().delete()


class OwnedManager(models.Manager[Row_co]):
    """The manager of owned rows."""

    def get_queryset(self) -> OwnedQuerySet[Row_co]:
        return OwnedQuerySet(self.model, using=self._db)

    def within(self, condition: models.Q) -> OwnedQuerySet[Row_co]:
        return self.get_queryset().within(condition)

    def unscoped(self, reason: str) -> OwnedQuerySet[Row_co]:
        return self.get_queryset().unscoped(reason)


class Owned(models.Model):
    """A row that belongs to a unit or a person, with a version for compare-and-swap."""

    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OwnedManager()

    class Meta:
        abstract = True
