"""With what does a stranger verify a proof bundle who has nothing of ours? The page lies in the public folder."""

from __future__ import annotations

from pathlib import Path

from ecluse.edge.verify_page.page import verify_page

PLACE = "verify/index.html"


def write_verify_page(folder: Path) -> None:
    """Put the page into the folder, for a browser to open from a disk or from any address."""
    path = folder / PLACE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(verify_page())
