"""Words and addresses in templates: looked up once, and the same as Django's."""

from __future__ import annotations

import pytest
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.utils.translation import override

PLAIN = DjangoTemplates({"NAME": "plain", "DIRS": [], "APP_DIRS": True, "OPTIONS": {}})
WRITTEN = (
    "{% translate '首页' %}",
    '{% translate "首页" as said %}[{{ said }}]',
    "{% translate '满 100% <b>即可</b>' %}",
    "{% translate word %}",
    "{% translate word|upper %}",
    "{% translate '首页' context 'x' %}",
    "{% translate '首页' noop %}",
)


def _shown(engine: DjangoTemplates, written: str) -> str:
    template = engine.from_string("{% load i18n %}" + written)
    return str(template.render({"word": "首页 & <i>50%</i>"}))


@pytest.mark.parametrize("written", WRITTEN)
def test_translated_words_are_those_of_django_in_every_language(written: str) -> None:
    (ours,) = engines.all()
    assert isinstance(ours, DjangoTemplates)

    for language in ("zh-hans", "en", "zh-hans"):
        with override(language):
            assert _shown(ours, written) == _shown(PLAIN, written)


def test_words_follow_the_language_of_the_reader() -> None:
    (ours,) = engines.all()
    template = ours.from_string("{% load i18n %}{% translate '首页' %}")

    said = []
    for language in ("zh-hans", "en", "zh-hans"):
        with override(language):
            said.append(str(template.render({})))

    assert said == ["首页", "Home", "首页"]


def test_address_is_filled_in_for_each_of_its_values() -> None:
    (ours,) = engines.all()
    template = ours.from_string("{% for page in pages %}{% url 'help' page %} {% endfor %}")

    shown = str(template.render({"pages": ["home", 1, True, 1]}))

    assert shown == "/help/home /help/1 /help/True /help/1 "
