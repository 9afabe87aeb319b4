"""Messages about adopting a scheme (K01–K19)."""

from kaocheng.engine.messages.message import Message

ADOPTING: tuple[Message, ...] = ()
