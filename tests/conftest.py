"""What do tests need from the machine? Databases, and the published lists; each missing one is said aloud."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from carried import KEPT
from hypothesis import HealthCheck, settings
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT_SECONDS = 60
PORT_ATTEMPTS = 5
# What `make test-quick` leaves out, and how long a test may take that it does not.
LEFT_OUT, QUICK_SECONDS = {"slow", "postgres", "browser"}, 3
# By the seconds they take, the longest first; what is not here takes less.
LONGEST = (
    "test_cheat", "test_example", "test_publish", "test_every_page", "test_audit", "test_draws", "test_surge",
    "test_year", "test_year_honest", "test_house_pages", "test_kill", "test_pages_plan_browser", "test_browser_life",
    "test_plan_commands", "test_tutorial", "test_plan_office", "test_api", "test_faults", "test_opening_keys",
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Where is kept what is made once for all workers? They inherit the folder; a run within a run has its own."""
    # How long one example takes tells of the machine alone.
    busy = [HealthCheck.too_slow]
    settings.register_profile("house", deadline=None, suppress_health_check=busy, print_blob=True)
    settings.register_profile("same", settings.get_profile("house"), derandomize=True, database=None)
    settings.load_profile(os.environ.get("ECLUSE_CHANCE") or "house")
    # Hundreds of commands are started: none shall compile Django anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if not hasattr(config, "workerinput"):
        os.environ[KEPT] = folder = tempfile.mkdtemp(prefix="ecluse-kept-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which files come first? The longest: a worker takes whole files, and none shall have a long one left alone."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Which tests took long and are not marked slow? They would make `make test-quick` longer than it may be."""
    took: dict[str, float] = {}
    for report in (one for reports in terminalreporter.stats.values() for one in reports):
        if isinstance(report, pytest.TestReport) and not LEFT_OUT & set(report.keywords):
            took[report.nodeid] = took.get(report.nodeid, 0.0) + report.duration
    long = sorted(((seconds, test) for test, seconds in took.items() if seconds > QUICK_SECONDS), reverse=True)
    if long:
        terminalreporter.section(f"longer than {QUICK_SECONDS} s and not marked slow")
        for seconds, test in long:
            terminalreporter.write_line(f"{seconds:6.1f} s {test}")


def missing(what: str, reason: str) -> None:
    """May this test be skipped? Not where ECLUSE_REQUIRE names what it needs."""
    required = {word.strip() for word in os.environ.get("ECLUSE_REQUIRE", "").split(",")}
    if what in required:
        pytest.fail(f"{what} is required here (ECLUSE_REQUIRE) but {reason}", pytrace=False)
    pytest.skip(f"{what}: {reason}")


@pytest.fixture(scope="session")
def repository() -> Path:
    """Where is the checkout?"""
    return ROOT


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Where are the published lists? ECLUSE_TEST_DATA, by default ../shared/data beside the checkout."""
    path = Path(os.environ.get("ECLUSE_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not path.is_dir():
        missing("data", f"there is no folder {path}; set ECLUSE_TEST_DATA to one that holds the lists")
    return path


# ------------------------------------------------------------------ the core install


@pytest.fixture(scope="session")
def core_only(tmp_path_factory: pytest.TempPathFactory) -> CoreOnly:
    """A Python that sees the checkout and the core dependencies, nothing of any extra."""
    folder = tmp_path_factory.mktemp("core")
    for name in core_distributions():
        distribution = importlib.metadata.distribution(name)
        for first in {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}:
            (folder / first).symlink_to(str(distribution.locate_file(first)))
    return CoreOnly(folder)


@dataclass(frozen=True)
class CoreOnly:
    """Runs a command where only the core install is present."""

    packages: Path

    def run(self, *arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """What does `python ARGUMENTS` answer there?"""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        # Without `site` the environment's own packages stay out of sight.
        return subprocess.run(
            [sys.executable, "-S", *arguments],
            cwd=cwd or ROOT,
            env={**kept, "PYTHONPATH": os.pathsep.join([str(self.packages), str(ROOT)])},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )


def core_distributions() -> set[str]:
    """Which installed distributions does the core need, by pyproject.toml and what those need in turn?"""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting, found = list(project["dependencies"]), set()
    while waiting:
        demand = Requirement(waiting.pop())
        if demand.name not in found and (demand.marker is None or demand.marker.evaluate({"extra": ""})):
            found.add(demand.name)
            waiting += importlib.metadata.requires(demand.name) or []
    return found


# ------------------------------------------------------------------ PostgreSQL


@dataclass(frozen=True)
class Cluster:
    """A private PostgreSQL server: `url` is its maintenance database."""

    url: str
    binaries: Path

    def named(self, database: str) -> str:
        """At which address is this database of the cluster?"""
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(path="/" + database))


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A server of our own for this worker, in a folder of its own, gone afterwards."""
    binaries = find_postgres()
    if binaries is None:
        missing("postgres", "no PostgreSQL server is installed; run: make system-deps")
    assert binaries is not None
    owner = server_owner()
    folder = Path(tempfile.mkdtemp(prefix="ecluse-pg-", dir="/tmp"))
    try:
        if owner:
            shutil.chown(folder, owner, owner)
        with running_server(binaries, folder, owner) as url:
            yield Cluster(url, binaries)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: Cluster) -> str:
    """At which address does a PostgreSQL answer? `postgresql://user:password@127.0.0.1:port/postgres`."""
    return postgres_cluster.url


@pytest.fixture
def postgres_database(postgres_cluster: Cluster) -> Iterator[str]:
    """An empty database for one test."""
    import psycopg

    name = "ecluse_" + secrets.token_hex(6)
    with psycopg.connect(postgres_cluster.url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        yield postgres_cluster.named(name)
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database on each of the two engines: a test that takes this runs once on either."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ecluse.sqlite3'}"
    url: str = request.getfixturevalue("postgres_database")
    return url


def find_postgres() -> Path | None:
    """Where are the newest server binaries? Debian keeps them off the path."""
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parent.parent.name) if path.parent.parent.name.isdigit() else 0,
    )
    on_path = shutil.which("initdb")
    found = candidates[-1] if candidates else Path(on_path) if on_path else None
    return found.parent if found else None


def server_owner() -> str | None:
    """As whom must the server run? PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        missing("postgres", "the tests run as root and there is no user postgres to run the server")
        raise AssertionError from None


@contextlib.contextmanager
def running_server(binaries: Path, folder: Path, owner: str | None) -> Iterator[str]:
    """Starts the server on a free port of the loopback, yields its address, stops it."""
    identity = {"user": owner, "group": owner, "extra_groups": []} if owner else {}
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": str(folder)}
    password = secrets.token_hex(16)
    password_file, store, log = folder / "password", folder / "store", folder / "server.log"
    password_file.write_text(password)
    if owner:
        shutil.chown(password_file, owner, owner)
    made = subprocess.run(
        [binaries / "initdb", "-D", store, "-U", "ecluse", "-A", "scram-sha-256", "--pwfile", password_file,
         "-E", "UTF8", "--locale", "C", "--no-sync"],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False, **identity,
    )  # fmt: skip
    assert made.returncode == 0, f"initdb failed:\n{made.stdout}"
    for _ in range(PORT_ATTEMPTS):
        port = free_port()
        settings = ["listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "fsync=off"]
        options = [word for setting in settings for word in ("-c", setting)]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", store, "-p", str(port), *options],
                cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **identity,
            )  # fmt: skip
        try:
            url = f"postgresql://ecluse:{password}@127.0.0.1:{port}/postgres"
            if answers(server, url):
                yield url
                return
        finally:
            stop(server)
    pytest.fail(f"PostgreSQL did not start:\n{log.read_text(errors='replace')[-2000:]}", pytrace=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(server: subprocess.Popen[bytes], url: str) -> bool:
    import psycopg

    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return True
    return False


def stop(server: subprocess.Popen[bytes]) -> None:
    # SIGQUIT is the immediate shutdown: nothing in this cluster is kept.
    if server.poll() is None:
        server.send_signal(3)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
