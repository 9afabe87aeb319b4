"""Django's tags for translation under their own name (`{% load i18n %}`, see the settings).

Only `translate` differs: words that stand in the template are looked up once for each language.
Django makes a lazy text of them at every rendering, which was a tenth of a page.
"""

from __future__ import annotations

from functools import cache

from django import template
from django.template.base import Parser, Token
from django.templatetags import i18n
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


@register.tag
def translate(parser: Parser, token: Token) -> template.Node:
    """As Django's, which also does what has a variable, a filter or a context."""
    node = i18n.do_translate(parser, token)
    said = node.filter_expression
    words = getattr(said.var, "literal", None)
    if not isinstance(words, str) or said.filters or node.noop or node.message_context:
        return node
    return _Words(words, node.asvar)


class _Words(template.Node):
    def __init__(self, words: str, name: str | None) -> None:
        self.words = words
        self.name = name

    def render(self, context: template.Context) -> SafeString:
        said = _in_language(self.words, get_language())
        if self.name is None:
            return said
        context[self.name] = said
        return SafeString("")


@cache
def _in_language(words: str, _language: str | None) -> SafeString:
    """Whoever writes templates is trusted; percent signs are doubled in the catalogue."""
    return mark_safe(gettext(words.replace("%", "%%")).replace("%%", "%"))  # noqa: S308
