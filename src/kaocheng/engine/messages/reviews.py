"""Messages about reviews and ballots (K55–K74)."""

from kaocheng.engine.messages.message import Message

REVIEWS: tuple[Message, ...] = ()
