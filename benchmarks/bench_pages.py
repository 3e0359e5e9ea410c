"""How long does a page take while ten people read and two write, on the demonstration year, by `ecluse serve`?

python benchmarks/bench_pages.py [--db sqlite:////path/to/carried.sqlite3] [--seconds 60] [--pause 1000]

Takes a copy of the carried year and serves it as a user does. Ten readers of eight roles sign in by demonstration cards
and walk through the pages of their day, each time another order, party or certificate. **A reader reads a page for a
second before opening the next**: ten persons at work, as the budget means them, not ten programs. Two exporters open
the form, file an application, and look at the order that came of it. The same crowd is then let loose without any
pause: that shows how much the office can carry. A style sheet is asked for beside the pages, for comparison.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "pages.md"
BUDGET_MS, BUDGET_MB, WRITERS = 150, 250, 2
STATIC, FORM, WRITE = "/static/office/tokens.css", "/do/licence.file/office/", "file an application"
START_SECONDS, WARM_SECONDS, SLOWEST, LOG_SHOWN = 120, 10, 10, 4000
OF_EACH = 40  # so many orders, parties, units are walked through
# What each reader opens, role by role: the pages of a working day. Capital names stand for one thing of many.
DAYS = (
    ("author", ("/", "/overview/", "/orders/", "/orders/?standing=open", "ORDER", "HELD", "ORDER", "/notices/")),
    ("countersigner", ("/", "/orders/", "ORDER", "HELD", "PARTY", "/parties/", "ORDER")),
    ("planner", ("/", "/surplus/", "MODEL", "CERTIFICATE", "CERTIFICATE ON A DAY", "/overview/", "/places/", "PLACE")),
    ("clearance", ("/", "/parties/", "PARTY", "PARTY", "ORDER", "/parties/?hits=open")),
    ("spender", ("/", "/books/", "/books/shortages/", "SHORTAGE", "/books/entries/", "ORDER")),
    ("controller", ("/", "/books/", "/claims/", "CLAIM", "HELD", "/orders/?gate=proceeds")),
    ("auditor", ("/", "/audit/", "/claims/", "/units/", "UNIT", "BLOCK", "ORDER", "/settings/reads/")),
    ("author", ("/orders/?gate=custody", "ORDER", "/units/", "UNIT", "/places/", "ORDER ON A DAY", "/settings/")),
    ("", ("/public/", "/public/verify/", "/overview/", "/sign-in/", "/public/claims/")),
    ("exporter", ("/", "/orders/", "ORDER OF ITS OWN", FORM, "/units/", "/surplus/")),
)


@dataclass
class Known:
    """What is asked about: addresses by name, who speaks for an exporter, and a sale that can be filed again."""

    addresses: dict[str, list[str]]
    exporter: str
    filing: dict[str, str]


@dataclass
class Person:
    """One browser: its cookies, and one connection that stays open."""

    host: str
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def ask(self, path: str, posted: dict[str, str] | None = None) -> tuple[int, str, str]:
        """What is answered: status, body, and where it leads?"""
        self.connection = self.connection or http.client.HTTPConnection(self.host, timeout=60)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Accept-Language": "uk"}
        body = None
        if posted is not None:
            body = urllib.parse.urlencode(posted)
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            self.connection.request("GET" if posted is None else "POST", path, body, headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # The server closes a connection that idled; a browser opens another, and so is this.
            self.connection.close()
            self.connection.request("GET" if posted is None else "POST", path, body, headers)
            answer = self.connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer.status, text, answer.headers.get("Location", "")

    def post(self, path: str, **fields: str) -> tuple[int, str, str]:
        """Send a form, with the token that the site gave."""
        return self.ask(path, {**fields, "csrfmiddlewaretoken": self.cookies.get("csrftoken", "")})

    def enter(self, card: str, whom: str = "") -> None:
        """Take this demonstration role: where the card leads, or as one who speaks for this body."""
        _, cards, _ = self.ask("/sign-in/")
        forms = re.findall(r'action="(/sign-in/demo/[^"]+)".*?name="card" value="(\w+)"', cards)
        address = f"/sign-in/demo/{whom}/" if whom else next(where for where, name in forms if name == card)
        status, text, _ = self.post(address, card=card)
        assert status == 302, (card, address, status, text[:300])


@dataclass
class Timings:
    """How many milliseconds did each page take, what went wrong, and what did the machine do meanwhile?"""

    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    worker_mb: int = 0
    load: float = 0.0

    def note(self, name: str, begun: float, status: int) -> None:
        """One page came, so long after it was asked for."""
        self.taken[name].append((time.perf_counter() - begun) * 1000)
        # Two who file in the same instant: one of them is told so and asked to send once more.
        if status >= 400 and not (status == 409 and name == WRITE):
            self.wrong.append(f"{name}: {status}")

    def pages(self) -> list[float]:
        """How long did every page take, style sheets and the writing itself apart?"""
        return [ms for name, found in self.taken.items() if name not in (STATIC, WRITE) for ms in found]


def within(found: list[float], percent: int) -> float:
    """Within how many milliseconds did so many in a hundred come?"""
    ordered = sorted(found)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def main() -> int:
    """Measure alone, as people read, and without pause; print and keep the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", default=f"sqlite:///{ROOT / 'var' / 'ecluse.sqlite3'}")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--pause", type=int, default=1000, help="milliseconds that a reader reads a page")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "office.sqlite3"
        shutil.copyfile(wanted.db.removeprefix("sqlite:///"), copy)
        known = look(f"sqlite:///{copy}")
        with served(f"sqlite:///{copy}") as (host, server):
            people, writers = signed_in(host, known)
            settle(people[0])
            go_about(people, writers, known, WARM_SECONDS, 200, server)
            alone = go_about(people, [], known, 0, 0, server)
            crowd = go_about(people, writers, known, wanted.seconds, wanted.pause, server)
            rush = go_about(people, writers, known, wanted.seconds // 2, 0, server)
    text = report(alone, crowd, rush, wanted.pause)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    is_light = max(crowd.worker_mb, rush.worker_mb) <= BUDGET_MB
    return 0 if within(crowd.pages(), 95) <= BUDGET_MS and is_light and not crowd.wrong else 1


def look(url: str) -> Known:
    """Which orders, certificates, parties, units of this year are opened, and which sale is filed anew?"""
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
    from carried import office_on

    with office_on(url):
        from desk_life import deal

        from ecluse.office.models import CertificateBalance, OrderRow, Record, Unit

        sale = deal()

        def some(rows: list[str], before: str, after: str = "/") -> list[str]:
            step = max(1, len(rows) // OF_EACH)
            return [f"{before}{row}{after}" for row in rows[::step][:OF_EACH]]

        def subjects(v: str) -> list[str]:
            return sorted(set(Record.objects.filter(v=v).values_list("subject", flat=True)))

        def orders(**where: str) -> list[str]:
            return sorted(OrderRow.objects.filter(**where).values_list("order", flat=True))

        certificates = sorted(CertificateBalance.objects.values_list("certificate", flat=True))
        days = dict(Record.objects.filter(v="order/1").values_list("subject", "on"))
        units = sorted(Unit.objects.exclude(tranche="").values_list("serial", flat=True))
        addresses = {
            "ORDER": some(orders(), "/orders/"),
            "ORDER ON A DAY": [f"{one}?on={days[one.split('/')[2]]}" for one in some(orders(), "/orders/")],
            "HELD": some(orders(standing="held_refused") + orders(standing="held_referred"), "/orders/"),
            "ORDER OF ITS OWN": some(orders(exporter=sale.order.exporter), "/orders/"),
            "CERTIFICATE": some(certificates, "/surplus/certificates/"),
            "CERTIFICATE ON A DAY": some(certificates, "/surplus/certificates/", "/?on=2026-06-30"),
            "MODEL": some(sorted(set(CertificateBalance.objects.values_list("model", flat=True))), "/surplus/"),
            "PARTY": some(subjects("party/1"), "/parties/"),
            "PLACE": some(subjects("line/1") + subjects("centre/1"), "/places/"),
            "SHORTAGE": some(subjects("shortage/1"), "/books/shortages/"),
            "UNIT": some(units, "/units/"),
            "BLOCK": some(sorted(set(Unit.objects.values_list("block", flat=True))), "/units/blocks/"),
            "CLAIM": ["/claims/A1/"],
        }  # fmt: skip
        return Known(addresses, sale.order.exporter, filing_of(sale))


def filing_of(sale: object) -> dict[str, str]:
    """What is typed into the form to file this sale once more, by one unit?"""
    order, asked = sale.order, sale.application  # type: ignore[attr-defined]
    price = asked.unit_price
    return {
        "model": order.model, "units": "1", "unit_price": f"{price.minor // 100}.{price.minor % 100:02d}",
        "unit_price.currency": price.currency, "buyer": order.buyer, "end_user": order.end_user,
        "destination": order.destination, "carrier": order.carrier, "bank": order.bank,
        "consignee": order.consignee, "deliver_in": str(order.deliver_in), "contract_on": str(order.contract_on),
        "offered_on": str(asked.offered_on), "permit": asked.permit.value, "route": asked.route.value,
        "certificate": order.certificate or "", "statement": order.statement or "", "line": order.line or "",
        "transit": "\n".join(order.transit), "origin": order.origin,
    }  # fmt: skip


# ------------------------------------------------------------------ the office and its people


@contextlib.contextmanager
def served(url: str) -> Iterator[tuple[str, int]]:
    """The office as `ecluse serve` opens it once all is proven, at a port of this machine; and the server's process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "ecluse", "serve", "--no-prove", "--db", url, "--port", str(port)],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            host = f"127.0.0.1:{port}"
            wait_for(host, server)
            yield host, server.pid
        except AssertionError:
            log.seek(0)
            sys.stderr.write(log.read()[-LOG_SHOWN:])
            raise
        finally:
            server.terminate()
            server.wait(timeout=60)


def wait_for(host: str, server: subprocess.Popen[bytes]) -> None:
    """Until the office answers at this address."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError):
            Person(host).ask("/sign-in/")
            return
        assert server.poll() is None, "the office closed at once"
        assert time.monotonic() < deadline, "the office did not open"
        time.sleep(0.3)


def settle(person: Person) -> None:
    """A demonstration publishes by itself when its public pages are first asked for: wait for it."""
    deadline = time.monotonic() + START_SECONDS
    while person.ask("/public/")[0] != 200:
        assert time.monotonic() < deadline, "nothing was published"
        time.sleep(1)


def signed_in(host: str, known: Known) -> tuple[list[Person], list[Person]]:
    """Ten readers and two writers, each with a session of its own."""
    readers = []
    for card, _ in DAYS:
        person = Person(host)
        if card:
            person.enter(card, known.exporter if card == "exporter" else "")
        readers.append(person)
    writers = [Person(host) for _ in range(WRITERS)]
    for writer in writers:
        writer.enter("exporter", known.exporter)
    return readers, writers


def workers_mb(server: int) -> int:
    """How much memory does the largest worker hold, in MB? From the kernel's own figures."""
    found = [0]
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            if int(lines["PPid"]) == server and "VmRSS" in lines:
                found.append(int(lines["VmRSS"].split()[0]) // 1024)
    return max(found)


def go_about(
    readers: list[Person], writers: list[Person], known: Known, seconds: int, pause_ms: int, server: int
) -> Timings:
    """Everybody reads and writes for so long; each in turn through one day where no time is given. What did it take?"""
    timings, begun_all = Timings(), time.monotonic()
    turn = {name: itertools.cycle(addresses) for name, addresses in known.addresses.items()}
    lock = threading.Lock()

    def one(person: Person, name: str, address: str, posted: dict[str, str] | None = None) -> str:
        begun = time.perf_counter()
        status, _, where = person.post(address, **posted) if posted else person.ask(address)
        with lock:
            timings.note(name, begun, status)
        time.sleep(pause_ms / 1000)
        return where

    def read(person: Person, pages: tuple[str, ...], begin: int) -> None:
        time.sleep(pause_ms / 1000 * begin / len(DAYS))
        for name in itertools.chain.from_iterable(itertools.repeat((*pages, STATIC))):
            with lock:
                address = next(turn[name]) if name in turn else name
            one(person, name, address)
            if time.monotonic() - begun_all >= seconds and (seconds or name == STATIC):
                return

    def write(person: Person) -> None:
        while time.monotonic() - begun_all < seconds:
            one(person, FORM, FORM)
            where = one(person, WRITE, FORM, known.filing)
            if where.startswith("/orders/"):
                one(person, "ORDER OF ITS OWN", where)

    crowd = [threading.Thread(target=read, args=(person, pages, n))
             for n, (person, (_, pages)) in enumerate(zip(readers, DAYS, strict=True))]  # fmt: skip
    crowd += [threading.Thread(target=write, args=(person,)) for person in writers]
    for thread in crowd:
        thread.start()
        if not seconds:
            thread.join()
    for thread in crowd:
        thread.join()
    timings.seconds, timings.worker_mb = time.monotonic() - begun_all, workers_mb(server)
    timings.load = os.getloadavg()[0]
    return timings


# ------------------------------------------------------------------ what is told


def report(alone: Timings, crowd: Timings, rush: Timings, pause_ms: int) -> str:
    """What is the answer, and how do the figures stand?"""
    p95, most = within(crowd.pages(), 95), max(crowd.worker_mb, rush.worker_mb)
    slowest = sorted(((ms, name) for name, found in crowd.taken.items() if name not in (STATIC, WRITE) for ms in found),
                     reverse=True)[:SLOWEST]  # fmt: skip
    return "\n".join([
        "# Pages of the office", "",
        f"{len(DAYS)} readers and {WRITERS} writers on the demonstration year; `ecluse serve`, SQLite, "
        f"{os.cpu_count()} cores, which also run the readers. A reader reads a page for {pause_ms} ms before opening "
        "the next, a writer likewise.", "",
        "| what | reached | must reach |", "| --- | ---: | ---: |",
        f"| p95 of a page, as people read | {p95:.0f} ms | {BUDGET_MS} ms |",
        f"| memory of the largest worker | {most} MB | {BUDGET_MB} MB |", "",
        *told("As people read", crowd), *told("Without any pause", rush), *told("One reader at a time", alone),
        f"## The {SLOWEST} slowest, as people read", "", "| page | ms |", "| --- | ---: |",
        *(f"| {name} | {ms:.0f} |" for ms, name in slowest), "",
    ])  # fmt: skip


def told(title: str, timings: Timings) -> list[str]:
    """How do the figures of one run stand, all pages first, then page by page?"""
    pages, written = timings.pages(), timings.taken.get(WRITE, [])
    base = within(timings.taken[STATIC], 50)
    lines = [
        f"## {title}", "",
        f"{len(pages) / timings.seconds:.1f} pages and {len(written) / timings.seconds:.1f} applications a second; "
        f"load of the machine {timings.load:.1f}; largest worker {timings.worker_mb} MB; "
        f"mean {statistics.fmean(pages):.0f} ms; the style sheet's p50 is {base:.1f} ms.", "",
        "| page | asked | p50 ms | p95 ms | p99 ms | p50 ÷ style sheet |", "| --- | ---: | ---: | ---: | ---: | ---: |",
        _row("all pages", pages, base),
    ]  # fmt: skip
    names = sorted(timings.taken, key=lambda name: -within(timings.taken[name], 95))
    lines += [_row(name, timings.taken[name], base) for name in names]
    return [*lines, "", *(f"Wrong: {one}" for one in sorted(set(timings.wrong))), *([""] if timings.wrong else [])]


def _row(name: str, found: list[float], base: float) -> str:
    figures = (within(found, 50), within(found, 95), within(found, 99))
    return f"| {name} | {len(found)} | {' | '.join(f'{ms:.0f}' for ms in figures)} | {figures[0] / base:.0f} |"


if __name__ == "__main__":
    raise SystemExit(main())
