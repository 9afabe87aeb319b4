"""Messages about units, people and rosters (W40–W59)."""

from kaocheng.engine.messages.message import Message

PEOPLE: tuple[Message, ...] = ()
