"""What the product answers when it cannot do what was asked; each has an id of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from kaocheng.engine.messages import MESSAGES


class Refused(Exception):
    """A refusal in the reader's words; nothing has been written."""

    status = 422

    def __init__(self, message_id: str, **values: object) -> None:
        super().__init__(message_id)
        self.message_id = message_id
        self.values = values

    def __str__(self) -> str:
        return self.say("zh")

    def say(self, language: str) -> str:
        return self._fill(MESSAGES[self.message_id].reason("en" if language == "en" else "zh"))

    def remedy(self, language: str) -> str:
        return self._fill(MESSAGES[self.message_id].remedy("en" if language == "en" else "zh"))

    def _fill(self, text: str) -> str:
        return text.format_map({name: str(value) for name, value in self.values.items()})


class NotYours(Refused):
    """There is no such thing within reach; the same answer as when it does not exist."""

    status = 404

    def __init__(self) -> None:
        super().__init__("W02")


class NotAllowed(Refused):
    """The reader is known and may see the thing, but not do this."""

    status = 403

    def __init__(self, message_id: str = "W03", **values: object) -> None:
        super().__init__(message_id, **values)


class Stale(Refused):
    """Somebody else changed it first; `theirs` holds what stands there now, by field."""

    status = 409

    def __init__(self, *, who: str, when: str, theirs: Mapping[str, object]) -> None:
        super().__init__("W04", who=who, when=when)
        self.theirs = theirs


class Invalid(Refused):
    """The values do not hold: problems by field, each a refusal of its own."""

    def __init__(self, problems: Mapping[str, Refused]) -> None:
        super().__init__("W05", count=len(problems))
        self.problems = problems
