"""Which code of others does the second verifier of closed envelopes stand on, at which version, under which licence?

python tools/vendor_envelope.py   fetch the pinned packages with npm into a temporary folder, join what we use

Only maintainers run this: the tests need Node and no network. The same pins give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "tests" / "foreign" / "vendor"
FILE, LICENCE = "noble-curves.mjs", "MIT"
PACKAGES = {"@noble/curves": "2.4.0", "@noble/hashes": "2.4.0"}
JOINER = ("esbuild", "0.28.2")
ENTRY = """\
export { ed25519, ed25519_hasher, ED25519_TORSION_SUBGROUP } from "@noble/curves/ed25519.js";
export { pippenger } from "@noble/curves/abstract/curve.js";
export { sha512 } from "@noble/hashes/sha2.js";
"""


def joined(folder: Path) -> bytes:
    """Which module do the packages give, with no part of them that is not used? No script of theirs is run."""
    (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    (folder / "entry.mjs").write_text(ENTRY, encoding="utf-8")
    wanted = [f"{name}@{version}" for name, version in [*PACKAGES.items(), JOINER]]
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--save-exact"]
    subprocess.run(["npm", "install", *flags, *wanted], cwd=folder, check=True)
    options = ["--bundle", "--format=esm", "--platform=neutral", "--legal-comments=inline", "--charset=utf8"]
    program = folder / "node_modules" / ".bin" / "esbuild"
    done = subprocess.run([program, "entry.mjs", *options], cwd=folder, check=True, capture_output=True)
    body = re.sub(r"^// node_modules/", "// ", done.stdout.decode("utf-8"), flags=re.MULTILINE)
    body = re.sub(r"^\s*// TODO.*\n", "", body, flags=re.MULTILINE)  # their plans for their code are not ours
    return (body.rstrip() + "\n").encode("utf-8")


def main() -> int:
    """Write the module, the licences and the manifest."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        body = joined(folder)
        texts = []
        for package in PACKAGES:
            text = f"{package.removeprefix('@').replace('/', '-')}.LICENSE.txt"
            (TARGET / text).write_bytes((folder / "node_modules" / package / "LICENSE").read_bytes())
            texts.append(text)
    (TARGET / FILE).write_bytes(body)
    row = {
        "file": FILE, "packages": PACKAGES, "joined_by": f"{JOINER[0]} {JOINER[1]}", "licence": LICENCE,
        "licence_texts": texts, "sha256": hashlib.sha256(body).hexdigest(),
    }  # fmt: skip
    (TARGET / "MANIFEST.json").write_text(json.dumps({"files": [row]}, indent=1) + "\n", encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)}: {FILE}, {len(body)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
