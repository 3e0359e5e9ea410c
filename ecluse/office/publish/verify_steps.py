"""With which commands does a stranger check what is published? Each runs a program that is not ours."""

from __future__ import annotations

STEPS = ("fetch", "digests", "signature", "tree", "proof", "older")
GO = "GO111MODULE=off GOPATH=/usr/share/gocode go run check.go"


def commands(office: str, log: str, serial: str = "SERIAL") -> dict[str, str]:
    """Which commands belong to each step? They run one after the other in one empty folder; `office` ends before /."""
    files = f"{office}/public/files"
    return {
        "fetch": "\n".join((
            "mkdir public && cd public",
            f"curl -sSO {files}/manifest.json",
            "jq -r '.files[].path' manifest.json | while read -r name; do",
            f'  curl -sS --create-dirs -o "$name" "{files}/$name"',
            "done",
        )),
        "digests": "jq -r '.files[] | \"\\(.sha256)  \\(.path)\"' manifest.json | sha256sum -c --quiet",
        "signature": "\n".join((
            "(printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'",
            "  jq -r .verifier_key manifest.json | cut -d+ -f3- | base64 -d | tail -c 32) > ../key.der",
            f"sed '/^$/,$d' logs/{log}/checkpoint > ../text",
            f"tail -n 1 logs/{log}/checkpoint | cut -d' ' -f3 | base64 -d | tail -c 64 > ../signature",
            "openssl pkeyutl -verify -pubin -keyform DER -inkey ../key.der -rawin -in ../text -sigfile ../signature",
        )),
        "tree": "\n".join((
            "cd ..",
            f"curl -sSO {office}/static/office/check.go",
            f"{GO} log public {log}",
        )),
        "proof": "\n".join((
            f"curl -sS -o answer.json '{office}/public/serial/?serial={serial}&format=json'",
            f"{GO} serial answer.json public",
        )),
        "older": "\n".join((
            f"old=older/logs/{log}/entries.jsonl new=public/logs/{log}/entries.jsonl",
            "head -c \"$(stat -c %s $old)\" $new | cmp - $old && echo prefix",
        )),
    }  # fmt: skip
