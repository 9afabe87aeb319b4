"""Messages about files, jobs, backup and the running server (W80–W99)."""

from kaocheng.engine.messages.message import Message

OPERATION: tuple[Message, ...] = ()
