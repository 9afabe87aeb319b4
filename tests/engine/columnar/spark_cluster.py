"""A Spark cluster on this machine: one master and workers as processes on the loopback address."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tools.check import has_java

if TYPE_CHECKING:
    from pyspark import SparkContext

LOOPBACK = "127.0.0.1"
# Small and quick to start: these processes only pass messages.
QUICK_START = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
SECONDS_TO_START = 60.0
SECONDS_TO_END = 10.0
MASTER_LISTENS = re.compile(rf"spark://{re.escape(LOOPBACK)}:\d+")
WORKER_IS_ACCEPTED = re.compile(r"Successfully registered with master")


class ClusterError(Exception):
    """A process of the cluster did not start; says which, and how its log ends."""


def missing_for_spark() -> str:
    """What is missing to run Spark here, by the name it is installed under; empty when all is."""
    if not has_java():
        return "openjdk-17-jre-headless"
    try:
        import pyspark  # noqa: F401
    except ModuleNotFoundError:
        return "pyspark"
    return ""


@dataclass(frozen=True)
class Cluster:
    """`spark://…` of the master, and the process groups of master and workers."""

    address: str
    process_groups: tuple[int, ...]


@contextmanager
def spark_cluster(folder: Path, *, workers: int = 2, memory_mib: int = 1024) -> Iterator[Cluster]:
    """Start a master and `workers` of one core each.

    Everything they write lies in `folder`. All processes have ended when the block has, however
    it ends.
    """
    with ExitStack() as running:
        master = running.enter_context(_process(folder / "master", "master.Master", LOOPBACK))
        address = master.says(MASTER_LISTENS)
        given = ("--cores", "1", "--memory", f"{memory_mib}m", address)
        started = [
            # Each on a host of its own: Spark makes no second attempt at a range on the same host.
            running.enter_context(
                _process(folder / f"worker-{number}", "worker.Worker", f"127.0.0.{number}", *given)
            )
            for number in range(2, workers + 2)
        ]
        for worker in started:
            worker.says(WORKER_IS_ACCEPTED)
        groups = tuple(daemon.process.pid for daemon in (master, *started))
        yield Cluster(address, groups)


@contextmanager
def spark_context(cluster: Cluster, folder: Path, **settings: str) -> Iterator[SparkContext]:
    """A connection to the cluster whose tasks run the Python that runs this.

    `settings` are Spark's, with `_` for `.`; what it writes lies in `folder`.
    """
    from pyspark import SparkConf, SparkContext

    own = {
        "spark.driver.bindAddress": LOOPBACK,
        "spark.driver.extraJavaOptions": " ".join(QUICK_START),
        "spark.driver.host": LOOPBACK,
        "spark.driver.memory": "1g",
        "spark.executor.extraJavaOptions": " ".join(QUICK_START),
        "spark.executor.memory": "512m",
        "spark.local.dir": str(folder),
        "spark.log.level": "ERROR",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    given = {f"spark.{name.replace('_', '.')}": value for name, value in settings.items()}
    conf = SparkConf().setMaster(cluster.address).setAppName("kaocheng")
    conf.setAll([*own.items(), *given.items()])
    with _environment(PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP=LOOPBACK):
        context = SparkContext(conf=conf)
    try:
        yield context
    finally:
        context.stop()
        _end_driver()


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Spark takes these from the environment of the process, and only when a context starts."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _end_driver() -> None:
    """End the Java process behind the context, which else lives as long as this process."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    assert gateway is not None
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(SECONDS_TO_END)
    SparkContext._gateway = SparkContext._jvm = None


@dataclass(frozen=True)
class _Daemon:
    process: subprocess.Popen[bytes]
    log: Path

    def says(self, words: re.Pattern[str]) -> str:
        """Wait until the log has the words; gives them as they stand there."""
        give_up_at = time.monotonic() + SECONDS_TO_START
        while self.process.poll() is None and time.monotonic() < give_up_at:
            found = words.search(self.log.read_text("utf-8", errors="replace"))
            if found:
                return found[0]
            time.sleep(0.02)
        end = self.log.read_text("utf-8", errors="replace")[-2000:]
        raise ClusterError(f"{self.log.parent.name} did not start:\n{end}")

    def end(self) -> None:
        """End the process and the executors that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(SECONDS_TO_END)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def _process(folder: Path, name: str, host: str, *arguments: str) -> Iterator[_Daemon]:
    """Run one of Spark's own classes, with everything that it writes in `folder`."""
    import pyspark

    home = Path(pyspark.__file__).parent
    (core,) = (home / "jars").glob("spark-core_*.jar")
    environ = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_DIRS": str(folder),
        "SPARK_LOCAL_IP": host,
        "SPARK_SCALA_VERSION": core.name.split("_")[1].split("-")[0],
        "SPARK_WORKER_DIR": str(folder),
    }
    anywhere = ("--host", host, "--port", "0", "--webui-port", "0")
    java = ["java", "-Xmx256m", *QUICK_START, "-cp", f"{home / 'jars'}/*"]
    folder.mkdir(parents=True)
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*java, f"org.apache.spark.deploy.{name}", *anywhere, *arguments],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own, so that all of it can be ended
        )
    daemon = _Daemon(process, log)
    try:
        yield daemon
    finally:
        daemon.end()
