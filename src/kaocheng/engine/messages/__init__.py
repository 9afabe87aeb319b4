"""The message catalogue: id, severity, reason and remedy in Chinese and English.

Shared by engine, command line and web. The page of an id is `docs/reference/problems.md#<id>`; one
broken example per id stands under `tests/engine/broken/`, or a test that bears the id.
"""

from kaocheng.engine.messages.accounts import ACCOUNTS
from kaocheng.engine.messages.adopting import ADOPTING
from kaocheng.engine.messages.commands import COMMANDS
from kaocheng.engine.messages.entries import ENTRIES
from kaocheng.engine.messages.expressions import EXPRESSIONS
from kaocheng.engine.messages.facts import FACTS
from kaocheng.engine.messages.ledgers import LEDGERS
from kaocheng.engine.messages.lints import LINTS
from kaocheng.engine.messages.message import Message
from kaocheng.engine.messages.operation import OPERATION
from kaocheng.engine.messages.people import PEOPLE
from kaocheng.engine.messages.platform import PLATFORM
from kaocheng.engine.messages.process import PROCESS
from kaocheng.engine.messages.results import RESULTS
from kaocheng.engine.messages.reviews import REVIEWS
from kaocheng.engine.messages.rounds import ROUNDS
from kaocheng.engine.messages.running import RUNNING
from kaocheng.engine.messages.shapes import SHAPES
from kaocheng.engine.messages.text import TEXT
from kaocheng.engine.messages.versions import VERSIONS
from kaocheng.engine.messages.work import WORK

MESSAGES: dict[str, Message] = {
    message.id: message
    for group in (
        TEXT,
        SHAPES,
        EXPRESSIONS,
        FACTS,
        ENTRIES,
        LINTS,
        PROCESS,
        COMMANDS,
        RUNNING,
        VERSIONS,
        PLATFORM,
        ACCOUNTS,
        PEOPLE,
        WORK,
        OPERATION,
        ADOPTING,
        LEDGERS,
        ROUNDS,
        REVIEWS,
        RESULTS,
    )
    for message in group
}

__all__ = ["MESSAGES", "Message"]
