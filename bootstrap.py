#!/usr/bin/env python3
"""Makes a bare checkout ready to run: interpreter, environment, locked dependencies, demonstration.

    python3 bootstrap.py env    the environment only
    python3 bootstrap.py run    the environment, the carried year, then the office (SERVE=0 stops before the office)

Standard library only, and written so that a Python as old as 3.8 can read it and say what is missing.
Everything it reports goes to standard error; standard output holds only what `ecluse demo` prints.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
LOCK = os.path.join(ROOT, "requirements.lock")
PROJECT = os.path.join(ROOT, "pyproject.toml")
WHEELS = os.path.join(ROOT, "wheels")
STAMP = os.path.join(VENV, ".ecluse-lock")
DATABASE = os.path.join("var", "ecluse.sqlite3")
BIN = "Scripts" if os.name == "nt" else "bin"
OLDEST = (3, 11)
OTHER_NAMES = ("python3.13", "python3.12", "python3.11", "python3.14", "python3", "python")
STARTED = time.monotonic()


class Stopped(Exception):
    """A step cannot go on; `mend` is the one command that lets it."""

    def __init__(self, reason, mend):
        super().__init__(reason)
        self.reason = reason
        self.mend = mend


def main(arguments):
    """Which of the two does the caller want, and did it work?"""
    wanted = arguments[0] if arguments else "run"
    if wanted in ("-h", "--help"):
        say(__doc__)
        return 0
    if wanted not in ("env", "run") or len(arguments) > 1:
        say("bootstrap.py: expected `env` or `run`, found `%s`" % " ".join(arguments))
        say("  To mend it, run:  python3 bootstrap.py run")
        return 2
    try:
        steps = Steps(4 if wanted == "env" else 6)
        make_environment(steps)
        return 0 if wanted == "env" else run_demonstration(steps)
    except Stopped as stopped:
        say("")
        say("Stopped: " + stopped.reason)
        say("  To mend it, run:  " + stopped.mend)
        return 2
    except KeyboardInterrupt:
        say("\nStopped by the keyboard. To go on, run:  make run")
        return 130


class Steps:
    """How far are we? Numbers each step and draws a bar."""

    def __init__(self, total):
        self.total = total
        self.done = 0

    def next(self, text):
        self.done += 1
        filled = 12 * self.done // self.total
        bar = "#" * filled + "." * (12 - filled)
        say("[%d/%d] %s %5.1f s  %s" % (self.done, self.total, bar, time.monotonic() - STARTED, text))


def say(text):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


# ------------------------------------------------------------------ the environment


def make_environment(steps):
    """Does `.venv` hold exactly what the lock names? If not, make it so."""
    if stamp_is_fresh():
        steps.done = steps.total - (1 if steps.total == 4 else 3)
        steps.next("environment is up to date (.venv)")
        return
    steps.next("looking for Python %d.%d or newer" % OLDEST)
    python = find_python()
    steps.next("making the environment .venv with " + python)
    make_venv(python)
    steps.next("installing the locked dependencies" + (" from wheels/" if os.path.isdir(WHEELS) else ""))
    installer = install_locked()
    steps.next("installing ecluse itself with " + installer)
    install_project(installer)
    write_stamp()


def expected_stamp():
    digest = hashlib.sha256()
    for path in (LOCK, PROJECT):
        try:
            with open(path, "rb") as file:
                digest.update(file.read())
        except OSError:
            raise Stopped("%s is missing from this checkout" % os.path.basename(path), "git checkout -- .") from None
    # A moved checkout needs a new environment: its scripts name the old folder.
    return digest.hexdigest() + " " + ROOT + "\n"


def read_stamp():
    try:
        with open(STAMP, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def stamp_is_fresh():
    return read_stamp() == expected_stamp() and os.path.exists(inside("ecluse")) and os.path.exists(inside("python"))


def write_stamp():
    partial = STAMP + ".partial"
    with open(partial, "w", encoding="utf-8") as file:
        file.write(expected_stamp())
    os.replace(partial, STAMP)


def inside(program):
    return os.path.join(VENV, BIN, program + (".exe" if os.name == "nt" else ""))


def version_of(python):
    """Which version is this interpreter? None when it does not answer."""
    question = "import sys; print('%d %d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [python, "-c", question], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30, check=False
        )
        major, minor = answer.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def find_python():
    """Which interpreter here is new enough, preferring the one that reads this line?"""
    if sys.version_info[:2] >= OLDEST:
        return sys.executable
    for name in OTHER_NAMES:
        path = shutil.which(name)
        version = path and version_of(path)
        if version and version >= OLDEST:
            return path
    mend = "brew install python@3.12" if sys.platform == "darwin" else "sudo apt install python3.11 python3.11-venv"
    raise Stopped("Python %d.%d or newer is needed, this is %d.%d" % (OLDEST + sys.version_info[:2]), mend)


def make_venv(python):
    kept = os.path.exists(inside("python")) and (version_of(inside("python")) or (0, 0)) >= OLDEST
    if kept and (not read_stamp() or read_stamp().endswith(" " + ROOT + "\n")) and has_pip():
        return
    probe = subprocess.run(
        [python, "-c", "import venv, ensurepip"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    if probe.returncode:
        raise Stopped(
            "this Python comes without its venv module (Debian and Ubuntu package it apart)",
            "sudo apt install python3-venv",
        )
    made = subprocess.run([python, "-m", "venv", "--clear", VENV], stdout=sys.stderr, check=False)
    if made.returncode:
        raise Stopped("the environment could not be made in " + VENV, "rm -rf .venv && python3 bootstrap.py env")


def has_pip():
    probe = [inside("python"), "-c", "import pip"]
    return not subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode


# ------------------------------------------------------------------ the dependencies


def install_locked():
    """Installs what the lock names, nothing else: uv when it can be had, pip when it cannot."""
    demands = ["--require-hashes", "--only-binary", ":all:", "-r", LOCK]
    if have_uv():
        if quiet_run([inside("uv"), "pip", "install", "-q", "--python", inside("python"), *nearby(), *demands]):
            return "uv"
        say("      uv could not install the lock; trying again with pip")
    else:
        say("      uv cannot be had here; pip does the same, more slowly")
    if quiet_run([inside("python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", *nearby(), *demands]):
        return "pip"
    raise Stopped(
        "the locked dependencies could not be installed (see above). Without a package index, put the wheels "
        "named in requirements.lock into wheels/",
        "python3 bootstrap.py env",
    )


def nearby():
    """Wheels brought along beat any index."""
    return ["--no-index", "--find-links", WHEELS] if os.path.isdir(WHEELS) else []


def have_uv():
    """Is uv in the environment, or can it be put there under the hashes of the lock?"""
    if os.path.exists(inside("uv")):
        return True
    block = locked_block("uv")
    if not block or os.environ.get("ECLUSE_NO_UV"):
        return False
    handle, path = tempfile.mkstemp(suffix=".txt")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(block)
        command = [inside("python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps"]
        demands = ["--require-hashes", "--only-binary", ":all:", "-r", path]
        return quiet_run(command + nearby() + demands) and os.path.exists(inside("uv"))
    finally:
        os.unlink(path)


def locked_block(name):
    """The lines of the lock that pin one package."""
    block = []
    with open(LOCK, encoding="utf-8") as file:
        for line in file:
            if line.startswith(name + "=="):
                block = [line]
            elif block and line.startswith("    --hash"):
                block.append(line)
            elif block:
                break
    return "".join(block)


def install_project(installer):
    """Puts the checkout itself into the environment, editable, with nothing fetched and nothing compiled."""
    demands = ["--no-deps", "--no-build-isolation", "--editable", ROOT]
    if installer == "uv":
        command = [inside("uv"), "pip", "install", "-q", "--python", inside("python")]
    else:
        command = [inside("python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-index"]
    if not quiet_run(command + demands):
        raise Stopped("ecluse could not be put into .venv (see above)", "rm -rf .venv && python3 bootstrap.py env")


def quiet_run(command):
    """Did it work? Its words go to standard error, and only when it failed."""
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never", UV_NO_PROGRESS="1", PIP_NO_INPUT="1")
    environment.pop("VIRTUAL_ENV", None)
    # What was told to pip about certificates and the index holds for uv too.
    for theirs, ours in (("PIP_CERT", "SSL_CERT_FILE"), ("PIP_INDEX_URL", "UV_DEFAULT_INDEX")):
        if environment.get(theirs):
            environment.setdefault(ours, environment[theirs])
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=ROOT,
            check=False,
        )
    except OSError as error:
        say("      %s" % error)
        return False
    if done.returncode:
        for line in done.stdout.decode("utf-8", "replace").splitlines()[-12:]:
            say("      " + line)
    return not done.returncode


# ------------------------------------------------------------------ the demonstration


def run_demonstration(steps):
    """Carries the year, prints its summary, then serves the office unless SERVE=0."""
    port = os.environ.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Stopped("PORT must be a number from 1 to 65535, found `%s`" % port, "make run PORT=8000")
    steps.next("carrying the year of examples/ua-2026 and auditing it (%s)" % DATABASE)
    os.makedirs(os.path.join(ROOT, "var"), exist_ok=True)
    sys.stdout.flush()
    is_to_serve = os.environ.get("SERVE", "1") != "0"
    carried = subprocess.run(
        [inside("ecluse"), "demo", "--db", "sqlite:///" + DATABASE, "--json"]
        + (["--unless-carried"] if is_to_serve else []),
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
        check=False,
    )
    if carried.returncode == 1:
        say(
            "The audit found a broken promise; the summary above names it.  To see it in full, run:  "
            ".venv/bin/ecluse audit"
        )
        return 1
    if carried.returncode:
        raise Stopped("the demonstration did not finish (see above)", "rm -rf var && make run")
    if not is_to_serve:
        steps.next("done; SERVE=0, so the office stays closed.  To open it, run:  make run")
        return 0
    steps.next("opening the office on http://127.0.0.1:%s (Ctrl-C closes it)" % port)
    os.chdir(ROOT)
    serve = [inside("ecluse"), "serve", "--port", port]
    if os.name == "nt":
        return subprocess.call(serve)
    os.execv(serve[0], serve)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
