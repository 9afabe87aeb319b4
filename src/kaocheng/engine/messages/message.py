"""One entry of the message catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True)
class Message:
    """A stable id and its words; `{names}` in braces are filled from the problem's values.

    `blocks`: a lint that has to be settled before results are published.
    """

    id: str
    severity: Literal["error", "warning", "lint"]
    zh: str
    zh_remedy: str
    en: str
    en_remedy: str
    blocks: bool = False
    names: tuple[str, str] = ("", "")

    def name(self, language: Literal["zh", "en"]) -> str:
        """What a lint is about in a few words; empty for other messages."""
        return self.names[language == "en"]

    @property
    def in_own_words(self) -> Message:
        """The same of a doubt (疑点): whoever wrote the scheme has said it."""
        return replace(
            self,
            zh="{said}。",
            zh_remedy="{reading}请与发文单位核对。",
            en="{said}.",
            en_remedy="{reading} Ask whoever issued the notice.",
        )

    def reason(self, language: Literal["zh", "en"]) -> str:
        return self.zh if language == "zh" else self.en

    def remedy(self, language: Literal["zh", "en"]) -> str:
        return self.zh_remedy if language == "zh" else self.en_remedy


def error(id: str, zh: str, zh_remedy: str, en: str, en_remedy: str) -> Message:
    return Message(id, "error", zh, zh_remedy, en, en_remedy)


def warning(id: str, zh: str, zh_remedy: str, en: str, en_remedy: str) -> Message:
    return Message(id, "warning", zh, zh_remedy, en, en_remedy)


def lint(
    id: str,
    zh: str,
    zh_remedy: str,
    en: str,
    en_remedy: str,
    *,
    blocks: bool = False,
    names: tuple[str, str] = ("", ""),
) -> Message:
    return Message(id, "lint", zh, zh_remedy, en, en_remedy, blocks, names)
