"""Messages about rounds and what is owed in them (K40–K54)."""

from kaocheng.engine.messages.message import Message

ROUNDS: tuple[Message, ...] = ()
