"""Whether the made-up city is here, and whether anything real is."""

from __future__ import annotations

from kaocheng.queries.setting import demo_is_on
from kaocheng.records.models import Person, Unit

__all__ = ["demo_is_loaded", "demo_is_on", "has_real_data"]


def has_real_data() -> bool:
    """Units or people that are not made up."""
    reason = "whether there is any, nobody sees which"
    return (
        Person.objects.unscoped(reason).filter(is_demo=False).exists()
        or Unit.objects.unscoped(reason).filter(is_demo=False).exists()
    )


def demo_is_loaded() -> bool:
    return Unit.objects.unscoped("whether there is any").filter(is_demo=True).exists()
