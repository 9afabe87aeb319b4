"""Binding: names are resolved and types checked, once, before anything is computed."""

from kaocheng.engine.binding.expressions import bind
from kaocheng.engine.binding.scope import Level, Scope

__all__ = ["Level", "Scope", "bind"]
