"""Messages about tasks, notices, collection forms, handovers (W60–W79)."""

from kaocheng.engine.messages.message import Message

WORK: tuple[Message, ...] = ()
