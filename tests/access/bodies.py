"""What is sent with a POST, so that it is the permission that decides and not an empty field."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.access.city import City
from tests.access.table import Cell

Body = Mapping[str, object]

BODIES: Mapping[str, Callable[[City, Cell], Body]] = {
    "file-withdraw": lambda city, cell: {"version": 1},
}
