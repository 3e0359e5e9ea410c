"""Which files of other people's front ends does the office carry, at which versions, under which licences?

python tools/vendor_front_end.py   fetch the pinned packages with npm into a temporary folder and copy what we use

Only maintainers run this: whoever uses the office needs neither node nor a network.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OFFICE = ROOT / "ecluse" / "office" / "static" / "vendor"
TESTS = ROOT / "tests" / "vendor"
SUBSETS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext")
# What a browser would fetch beyond the file itself: source maps, imported sheets, addresses on other machines.
MAPS = re.compile(r"^[ \t]*(?://[#@] ?sourceMappingURL=\S*|/\*[#@] ?sourceMappingURL=.*?\*/)[ \t]*$", re.MULTILINE)
IMPORTS = re.compile(r"@import\s+[^;]+;")


@dataclass(frozen=True, slots=True)
class Package:
    """One package: its pinned version, its licence, and which of its files go where."""

    name: str
    version: str
    licence: str
    files: tuple[tuple[str, str], ...]  # file in the package, name in the vendor folder
    texts: tuple[tuple[str, str], ...]  # licence and notice texts, likewise
    folder: Path = OFFICE


PACKAGES = (
    Package(
        "@digdir/designsystemet-css", "1.22.0", "MIT",
        (("dist/src/index.css", "designsystemet.css"),), (("LICENSE", "designsystemet-css.LICENSE.txt"),),
    ),
    Package(
        "@digdir/designsystemet-theme", "1.11.0", "MIT",
        (("src/themes/designsystemet.css", "designsystemet-theme.css"),),
        (("LICENSE", "designsystemet-theme.LICENSE.txt"),),
    ),
    Package(
        "@fontsource-variable/inter", "5.3.0", "OFL-1.1",
        tuple((f"files/inter-{subset}-wght-normal.woff2", f"inter-{subset}.woff2") for subset in SUBSETS),
        (("LICENSE", "inter.LICENSE.txt"),),
    ),
    Package("htmx.org", "2.0.11", "0BSD", (("dist/htmx.min.js", "htmx.min.js"),), (("LICENSE", "htmx.LICENSE.txt"),)),
    Package(
        "echarts", "6.1.0", "Apache-2.0", (("dist/echarts.min.js", "echarts.min.js"),),
        (("LICENSE", "echarts.LICENSE.txt"), ("NOTICE", "echarts.NOTICE.txt")),
    ),
    Package(
        "axe-core", "4.14.1", "MPL-2.0", (("axe.min.js", "axe.min.js"),),
        (("LICENSE", "axe-core.LICENSE.txt"), ("LICENSE-3RD-PARTY.txt", "axe-core.LICENSE-3RD-PARTY.txt")), TESTS,
    ),
)  # fmt: skip


def cleaned(body: bytes, name: str) -> bytes:
    """Which bytes do we keep of this file? Nothing in them names a map, a sheet or a font to fetch."""
    if not name.endswith((".css", ".js")):
        return body
    text = MAPS.sub("", body.decode("utf-8"))
    if name.endswith(".css"):
        text = IMPORTS.sub("", text)
    return (text.rstrip() + "\n").encode("utf-8")


def fetch(into: Path) -> Path:
    """Where does npm put the pinned packages? No script of theirs is run."""
    (into / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    wanted = [f"{package.name}@{package.version}" for package in PACKAGES]
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(["npm", "install", *flags, *wanted], cwd=into, check=True)
    return into / "node_modules"


def copy(modules: Path, package: Package) -> list[dict[str, Any]]:
    """Which rows of the manifest does this package give, once its files are copied?"""
    rows = []
    for source, name in (*package.files, *package.texts):
        body = cleaned((modules / package.name / source).read_bytes(), name)
        (package.folder / name).write_bytes(body)
        if (source, name) in package.files:
            digest = hashlib.sha256(body).hexdigest()
            texts = [text for _, text in package.texts]
            rows.append({"file": name, "package": package.name, "version": package.version,
                         "licence": package.licence, "licence_texts": texts, "sha256": digest})  # fmt: skip
    return rows


def main() -> int:
    """Copy everything and write both manifests."""
    manifests: dict[Path, list[dict[str, Any]]] = {OFFICE: [], TESTS: []}
    with tempfile.TemporaryDirectory() as folder:
        modules = fetch(Path(folder))
        for package in PACKAGES:
            package.folder.mkdir(parents=True, exist_ok=True)
            manifests[package.folder] += copy(modules, package)
    for target, rows in manifests.items():
        manifest = json.dumps({"files": rows}, indent=1, ensure_ascii=False) + "\n"
        (target / "MANIFEST.json").write_text(manifest, encoding="utf-8")
        print(f"{target.relative_to(ROOT)}: {len(rows)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
