"""Catalogues compiled without GNU gettext are what Python's gettext reads."""

from __future__ import annotations

import gettext
from io import BytesIO
from pathlib import Path

from kaocheng.gateways.translations import compiled, compiled_folder, read_catalogue

PO = """
msgid ""
msgstr ""
"Language: en\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

# Said on the home page.
msgid "首页"
msgstr "Home"

msgid "剩 %(count)s 天"
msgid_plural "剩 %(count)s 天"
msgstr[0] "one day left"
msgstr[1] "%(count)s days left"

msgctxt "noun"
msgid "评审"
msgstr "a re"
"view"

msgid "还没有译"
msgstr ""
"""


def test_compiled_catalogue_says_what_its_source_says() -> None:
    read = gettext.GNUTranslations(BytesIO(compiled(read_catalogue(PO))))

    assert read.gettext("首页") == "Home"
    assert read.ngettext("剩 %(count)s 天", "剩 %(count)s 天", 1) == "one day left"
    assert read.ngettext("剩 %(count)s 天", "剩 %(count)s 天", 3) == "%(count)s days left"
    assert read.pgettext("noun", "评审") == "a review"
    assert read.gettext("还没有译") == "还没有译"


def test_changed_catalogue_is_compiled_anew(tmp_path: Path) -> None:
    source = tmp_path / "locale" / "en" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO, encoding="utf-8")
    before = compiled_folder(tmp_path / "locale", tmp_path / "made")

    source.write_text(PO.replace("Home", "Start"), encoding="utf-8")
    after = compiled_folder(tmp_path / "locale", tmp_path / "made")

    files = [gettext.find("django", str(one), ["en"]) for one in (before, after)]
    read = [BytesIO(Path(str(one)).read_bytes()) for one in files]
    said = [gettext.GNUTranslations(one).gettext("首页") for one in read]
    assert said == ["Home", "Start"]
