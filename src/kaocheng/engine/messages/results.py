"""Messages about results and what follows from them (K75–K99)."""

from kaocheng.engine.messages.message import Message

RESULTS: tuple[Message, ...] = ()
