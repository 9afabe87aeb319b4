"""The demo city: a believable place with work in it, made up from the first name to the last."""

from kaocheng.actions.demo.load import RealPeopleThere, load_demo

__all__ = ["RealPeopleThere", "load_demo"]
