"""What set-up lays out for pages and papers, and when it does so again."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from tools import assets

ROOT = Path(assets.__file__).parent.parent
HOME = """<!--
category: Buildings
-->
<svg xmlns="http://www.w3.org/2000/svg" class="icon" viewBox="0 0 24 24">
  <path stroke="none" d="M0 0h24v24H0z" fill="none" />
  <path d="M5 12l-2 0" />
</svg>
"""


@pytest.fixture
def made(tmp_path: Path) -> assets.Assets:
    """A checkout whose packages were fetched before."""
    found = assets.Assets(tmp_path)
    for name in ("package.json", "package-lock.json"):
        (tmp_path / name).write_text("{}")
    for source in assets.COPIED:
        path = found.packages / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"of {source}")
    (found.packages / assets.ICONS).mkdir(parents=True)
    (found.packages / assets.ICONS / "home.svg").write_text(HOME)
    (found.packages / assets.ICONS / "unused.svg").write_text(HOME)
    page = tmp_path / "src" / "kaocheng" / "web" / "templates" / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text('{% icon "home" %} {% icon "no-such" %}')
    (found.fetched / "stamp").write_text(found.lock_digest())
    return found


def test_assets_are_laid_out_without_a_network(made: assets.Assets) -> None:
    before = made.is_ready()

    assets.prepare(made, Path("no-node"))

    laid_out = {str(one.relative_to(made.folder)) for one in made.folder.rglob("*.*")}
    assert (before, made.is_ready()) == (False, True)
    assert set(assets.COPIED.values()) | {"static/icons.svg"} <= laid_out
    assert gzip.decompress((made.folder / "static/htmx.min.js.gz").read_bytes()) == (
        b"of htmx.org/dist/htmx.min.js"
    )


def test_sprite_holds_the_icons_that_pages_name(made: assets.Assets) -> None:
    assert assets.sprite(made) == (
        '<svg xmlns="http://www.w3.org/2000/svg">\n'
        '<symbol id="home" viewBox="0 0 24 24"><path d="M5 12l-2 0" /></symbol>\n'
        "</svg>\n"
    )


def test_new_icon_in_a_page_makes_the_assets_stale(made: assets.Assets) -> None:
    assets.prepare(made, Path("no-node"))
    page = made.root / "src" / "kaocheng" / "web" / "templates" / "page.html"

    page.write_text('{% icon "unused" %}')

    assert not made.is_ready()
    assert made.is_fetched()


def test_changed_lock_is_fetched_again_and_says_what_is_missing(made: assets.Assets) -> None:
    (made.root / "package-lock.json").write_text('{"changed": 1}')

    with pytest.raises(assets.AssetsError) as raised:
        assets.prepare(made, Path("no-node"))

    assert str(raised.value) == assets.NO_NODE


def test_failed_fetch_shows_what_npm_said(made: assets.Assets, tmp_path: Path) -> None:
    (made.root / "package-lock.json").write_text('{"changed": 1}')
    node = tmp_path / "wheel" / "bin" / "node"
    npm = tmp_path / "wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    for path, text in ((node, "#!/bin/sh\necho no network; exit 1\n"), (npm, "")):
        path.parent.mkdir(parents=True)
        path.write_text(text)
    node.chmod(0o755)

    with pytest.raises(assets.AssetsError) as raised:
        assets.prepare(made, node)

    assert (str(raised.value), raised.value.output) == (assets.NPM_FAILED, "no network\n")


def test_lock_names_digests_and_no_host() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}

    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert not any("resolved" in one for one in packages.values())


def test_every_icon_that_pages_name_is_in_the_sprite() -> None:
    sprite = ROOT / ".assets" / "static" / "icons.svg"
    if not sprite.is_file():
        pytest.fail("the assets are missing: tools/setup.py brings them")
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite.read_text("utf-8")))
    named = {
        name
        for path in (ROOT / "src" / "kaocheng" / "web" / "templates").rglob("*.html")
        for name in re.findall(r"""\{% icon ["']([^"']+)["']""", path.read_text("utf-8"))
    }

    assert named - drawn == set()
