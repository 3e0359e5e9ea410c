"""How is a page shown without a screen? Chromium, started fresh for each question, its network kept to this machine."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from conftest import missing

NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 90
# Without these a browser looks for its makers' hosts at every start.
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


def find_browser() -> str:
    """Where is Chromium? A test that needs it is skipped, and says so, where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        missing("browser", "no Chromium is installed; run: make system-deps")
    assert found is not None
    return found


def browse(address: str, *wishes: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What does Chromium show of this address? With `--dump-dom` on standard output, with `--screenshot=` in a file."""
    program = find_browser()
    with tempfile.TemporaryDirectory(dir=folder) as profile:
        return subprocess.run(
            [program, *QUIET, f"--user-data-dir={profile}", *wishes, address],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
