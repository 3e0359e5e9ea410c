"""Which code of others verifies signatures and closed envelopes in JavaScript, at which versions, under which licences?

python tools/vendor_verify_page.py   fetch the pinned packages with npm into a temporary folder, join what we use

The verify page carries it, and the programs of `tests/foreign` use the same file. Only maintainers run this: whoever
opens the page needs neither node nor a network. The same pins give the same bytes.
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
TARGET = ROOT / "ecluse" / "edge" / "verify_page" / "vendor"
FILE, LICENCE = "noble.mjs", "MIT"
PACKAGES = {"@noble/curves": "2.4.0", "@noble/hashes": "2.4.0", "@noble/post-quantum": "0.7.1"}
JOINER = ("esbuild", "0.28.2")
ENTRY = """\
import { ed25519 } from "@noble/curves/ed25519.js";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
export { ed25519_hasher } from "@noble/curves/ed25519.js";
export { pippenger } from "@noble/curves/abstract/curve.js";
export { sha256, sha512 } from "@noble/hashes/sha2.js";
export const { Point } = ed25519;
export const verifyEd25519 = (signature, message, key) => ed25519.verify(signature, message, key, { zip215: false });
export const verifyMlDsa44 = (signature, message, key) => ml_dsa44.verify(signature, message, key);
"""


def joined(folder: Path) -> bytes:
    """Which module do the packages give, with no part of them that is not used? No script of theirs is run."""
    (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    (folder / "entry.mjs").write_text(ENTRY, encoding="utf-8")
    wanted = [f"{name}@{version}" for name, version in [*PACKAGES.items(), JOINER]]
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--save-exact"]
    subprocess.run(["npm", "install", *flags, *wanted], cwd=folder, check=True)
    options = ["--bundle", "--format=iife", "--global-name=noble", "--legal-comments=inline", "--charset=utf8"]
    program = folder / "node_modules" / ".bin" / "esbuild"
    done = subprocess.run([program, "entry.mjs", *options], cwd=folder, check=True, capture_output=True)
    body = re.sub(r"^\s*// node_modules/", "  // ", done.stdout.decode("utf-8"), flags=re.MULTILINE)
    body = re.sub(r"^\s*// TODO.*\n", "", body, flags=re.MULTILINE)  # their plans for their code are not ours
    return (body.rstrip() + "\nexport { noble };\n").encode("utf-8")


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
