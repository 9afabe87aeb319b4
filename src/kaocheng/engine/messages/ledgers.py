"""Messages about rosters and ledgers (K20–K39)."""

from kaocheng.engine.messages.message import Message

LEDGERS: tuple[Message, ...] = ()
