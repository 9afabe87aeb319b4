"""One input of a form with its label, help and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise

from kaocheng.access.refusal import Invalid, Refused


@dataclass(frozen=True)
class Field:
    name: str
    label: str | Promise
    kind: str = "text"
    value: str = ""
    help: str | Promise = ""
    autocomplete: str = "off"
    inputmode: str = ""
    maxlength: int = 128
    required: bool = True
    problems: tuple[Refused, ...] = ()

    @property
    def described_by(self) -> str:
        parts = (
            f"{self.name}-help" if self.help else "",
            f"{self.name}-error" * bool(self.problems),
        )
        return " ".join(filter(None, parts))


def with_problems(
    fields: tuple[Field, ...], invalid: Invalid | None, posted: Mapping[str, str]
) -> tuple[Field, ...]:
    """What was typed stays, except passwords and codes; each problem stands beside its field."""
    return tuple(
        replace(
            field,
            value=field.value if field.kind == "password" else posted.get(field.name, field.value),
            problems=_of(field.name, invalid),
        )
        for field in fields
    )


def _of(name: str, invalid: Invalid | None) -> tuple[Refused, ...]:
    """`password_1` is a second problem of `password`."""
    if invalid is None:
        return ()
    return tuple(
        problem for key, problem in invalid.problems.items() if key.rstrip("_0123456789") == name
    )
