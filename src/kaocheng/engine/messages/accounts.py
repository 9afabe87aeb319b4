"""Messages about accounts and signing in (W20–W39)."""

from kaocheng.engine.messages.message import Message

ACCOUNTS: tuple[Message, ...] = ()
