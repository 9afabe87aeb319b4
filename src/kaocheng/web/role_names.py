"""What a role is called in a unit of a kind, in the language of the page."""

from __future__ import annotations

from django.utils.translation import gettext

from kaocheng.access.roles import role_title


def role_name(role: str, unit_kind: str) -> str:
    """A teacher is a member of a school; the head of a school is not that of a company."""
    return gettext(role_title(role, unit_kind))
