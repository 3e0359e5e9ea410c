"""What does a program do when its n-th system call on a folder fails, is cut short, or is its last? Linux on x86-64.

The child is traced (ptrace) through all its threads. Counted are calls on files of one folder only, so that a run
without a fault tells which calls there are, and a run with one meets the same. No compiler and no package is needed.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import sys
import traceback
from collections.abc import Callable
from errno import EIO, ENOSPC
from pathlib import Path
from typing import NamedTuple

from faults.lasting import Lasting

# By number: the call, and where its file is named: a descriptor, a path, or a path beside a folder's descriptor.
FD, PATH, AT = "fd", "path", "at"
CALLS = {
    0: ("read", FD), 1: ("write", FD), 2: ("open", PATH), 3: ("close", FD), 4: ("stat", PATH), 5: ("fstat", FD),
    6: ("lstat", PATH), 8: ("lseek", FD), 17: ("pread64", FD), 18: ("pwrite64", FD), 20: ("writev", FD),
    21: ("access", PATH), 72: ("fcntl", FD), 73: ("flock", FD), 74: ("fsync", FD), 75: ("fdatasync", FD),
    76: ("truncate", PATH), 77: ("ftruncate", FD), 78: ("getdents", FD), 82: ("rename", PATH), 83: ("mkdir", PATH),
    84: ("rmdir", PATH), 86: ("link", PATH), 87: ("unlink", PATH), 88: ("symlink", PATH), 217: ("getdents64", FD),
    257: ("openat", AT), 258: ("mkdirat", AT), 262: ("newfstatat", AT), 263: ("unlinkat", AT), 264: ("renameat", AT),
    265: ("linkat", AT), 269: ("faccessat", AT), 285: ("fallocate", FD), 296: ("pwritev", FD), 316: ("renameat2", AT),
    326: ("copy_file_range", FD), 332: ("statx", AT), 439: ("faccessat2", AT),
}  # fmt: skip
WRITES, SYNCS = {"write", "pwrite64"}, {"fsync", "fdatasync"}
LOOKS = {"stat", "fstat", "lstat", "access", "newfstatat", "statx", "faccessat", "faccessat2", "lseek"}
TAKES_A_NAME = {"unlink", "unlinkat", "rename", "renameat", "renameat2"}
FINDS_NO_SPACE = {
    "write", "pwrite64", "writev", "pwritev", "open", "openat", "mkdir", "mkdirat", "rename", "renameat", "renameat2",
    "link", "linkat", "ftruncate", "fallocate", "fsync", "fdatasync",
}  # fmt: skip

# struct user_regs_struct of x86-64, by position among its 27 words.
RDX, ORIG_RAX, RAX, RSI, RDI, WORDS, WORD = 12, 15, 10, 13, 14, 27, 8
TRACEME, PEEKUSER, GETREGS, SETREGS, SYSCALL, SETOPTIONS = 0, 3, 12, 13, 24, 0x4200
WITH_CALLS, WITH_THREADS, WITH_US = 0x1, 0x2 | 0x4 | 0x8, 0x100000
ALL, CALL_STOP, SKIPPED, MASK = 0x40000000, signal.SIGTRAP | 0x80, 2**64 - 1, 2**64
PATH_BYTES, AT_FOLDER = 4096, -100
REFUSED, FAILED, BROKEN = 77, 3, 4

_ptrace = ctypes.CDLL(None, use_errno=True).ptrace
_ptrace.restype = ctypes.c_long
_ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)


class RefusedError(Exception):
    """This machine lets nobody be traced."""


class Call(NamedTuple):
    """One system call on a file of the folder."""

    name: str
    file: str

    def __str__(self) -> str:
        return f"{self.name} {self.file}"


class Under(NamedTuple):
    """A call under way: what it is to answer falsely, or how much it was to write before it was cut short."""

    name: str
    path: str
    error: int = 0
    count: int | None = None


class Fault(NamedTuple):
    """What happens at which of the counted calls, the first being 1?

    `EIO` and `ENOSPC`: the call fails and nothing is done; a close fails and is done. `short`: half is written, and the
    caller is told so. `torn`: half is written, then the process is killed. `kill`: killed before the call. `power`: the
    same, and of the disk only what was synced remains, with a part of the rest drawn by chance.
    """

    kind: str
    at: int


class Ran(NamedTuple):
    """What came of a run: its counted calls, the one that was struck, how it ended, what would outlast a power cut."""

    calls: list[Call]
    hit: Call | None
    status: int
    lasting: Lasting


def kinds_for(call: str) -> list[str]:
    """Which faults can meet this call?"""
    kinds = ["EIO"]
    kinds += ["ENOSPC"] if call in FINDS_NO_SPACE else []
    kinds += ["short", "torn"] if call in WRITES else []
    return kinds if call in LOOKS else [*kinds, "kill", "power"]


def traced(work: Callable[[], object], folder: Path, fault: Fault | None = None) -> Ran:
    """What happens when a child does this work with this fault? Raises RefusedError where nobody may be traced.

    No other child of this process may run meanwhile. The child ends with 0, with FAILED where the work says that it
    failed, with BROKEN and a traceback where an error came out of it, by SIGKILL where it was killed.
    """
    if (platform.machine(), sys.platform) != ("x86_64", "linux"):
        raise RefusedError("system calls are traced on Linux on x86-64 only")
    pid = os.fork()
    if not pid:
        _child(work)
    _, status = os.waitpid(pid, ALL)
    if os.WIFEXITED(status):
        raise RefusedError("ptrace is refused here")
    _do(SETOPTIONS, pid, WITH_CALLS | WITH_THREADS | WITH_US)
    return _Tracer(pid, folder, fault).run()


def _child(work: Callable[[], object]) -> None:
    if _ptrace(TRACEME, 0, None, None):
        os._exit(REFUSED)
    os.kill(os.getpid(), signal.SIGSTOP)
    end = BROKEN
    try:
        end = FAILED if work() else 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(end)


class _Tracer:
    """One child while it runs: which of its threads are within a call, and what was counted."""

    def __init__(self, pid: int, folder: Path, fault: Fault | None) -> None:
        self.pid, self.folder, self.fault = pid, f"{folder.resolve()}/", fault
        self.calls: list[Call] = []
        self.hit: Call | None = None
        self.within: dict[int, Under | None] = {}
        self.known = {pid}
        self.lasting = Lasting(folder.resolve())
        self.registers = (ctypes.c_uint64 * WORDS)()

    def run(self) -> Ran:
        ended = -1
        _do(SYSCALL, self.pid, 0)
        while True:
            try:
                tid, status = os.waitpid(-1, ALL)
            except ChildProcessError:
                return Ran(self.calls, self.hit, ended, self.lasting)
            if not os.WIFSTOPPED(status):
                ended = status if tid == self.pid else ended
                continue
            told = os.WSTOPSIG(status)
            if told == CALL_STOP:
                self.at_call(tid)
                told = 0
            elif status >> 16 or (told == signal.SIGSTOP and tid not in self.known):
                told = 0
            self.known.add(tid)
            _do(SYSCALL, tid, told, may_be_gone=True)

    def at_call(self, tid: int) -> None:
        """A thread enters a call, or comes out of it."""
        if tid in self.within:
            found = self.within.pop(tid)
            if found is not None:
                self.leave(tid, found)
            return
        number = _ptrace(PEEKUSER, tid, ORIG_RAX * WORD, None)
        self.within[tid] = self.enter(tid, number) if number in CALLS else None

    def enter(self, tid: int, number: int) -> Under | None:
        name, how = CALLS[number]
        if not self.read(tid):
            return None
        path = self.path_of(tid, how)
        if not path.startswith(self.folder) and f"{path}/" != self.folder:
            return None
        file = os.path.relpath(path, self.folder)
        self.calls.append(Call(name, file))
        if self.fault is None or len(self.calls) != self.fault.at:
            if name in TAKES_A_NAME:
                self.lasting.leaves(self.target_of(tid, name, path))
            return Under(name, path)
        return self.strike(tid, name, path)

    def strike(self, tid: int, name: str, path: str) -> Under | None:
        assert self.fault is not None
        kind, self.hit, count = self.fault.kind, self.calls[-1], self.registers[RDX]
        if kind in ("kill", "power"):
            os.kill(self.pid, signal.SIGKILL)
            return None
        if kind in ("short", "torn"):
            self.registers[RDX] = max(1, count // 2)
            self.write(tid)
            return Under(name, path, count=count)
        if name != "close":
            self.registers[ORIG_RAX] = SKIPPED
            self.write(tid)
        return Under(name, path, EIO if kind == "EIO" else ENOSPC)

    def leave(self, tid: int, under: Under) -> None:
        if not self.read(tid):
            return
        if under.error:
            self.registers[RAX] = MASK - under.error
            self.write(tid)
        elif under.count is not None:
            self.registers[RDX] = under.count  # the caller's own register, as it was
            self.write(tid)
            if self.fault is not None and self.fault.kind == "torn":
                os.kill(self.pid, signal.SIGKILL)
        elif under.name in SYNCS and self.registers[RAX] == 0:
            self.lasting.synced(under.path)

    # ------------------------------------------------------------------ looking into the child

    def read(self, tid: int) -> bool:
        return _do(GETREGS, tid, ctypes.addressof(self.registers), may_be_gone=True)

    def write(self, tid: int) -> None:
        _do(SETREGS, tid, ctypes.addressof(self.registers), may_be_gone=True)

    def path_of(self, tid: int, how: str) -> str:
        if how == FD:
            return self.link(f"fd/{_int(self.registers[RDI])}")
        if how == PATH:
            return self.named(tid, self.registers[RDI], AT_FOLDER)
        return self.named(tid, self.registers[RSI], _int(self.registers[RDI]))

    def target_of(self, tid: int, name: str, path: str) -> str:
        """Which file goes by this call: the one that is removed, or the one in whose place another comes?"""
        if name in ("unlink", "unlinkat"):
            return path
        at = self.registers[RSI] if name == "rename" else self.registers[9]
        return self.named(tid, at, AT_FOLDER if name == "rename" else _int(self.registers[RDX]))

    def named(self, tid: int, at: int, folder: int) -> str:
        try:
            with open(f"/proc/{tid}/mem", "rb", 0) as memory:
                memory.seek(at)
                name = os.fsdecode(memory.read(PATH_BYTES).split(b"\0", 1)[0])
        except (OSError, ValueError, OverflowError):
            return ""
        if not name:
            return "" if folder == AT_FOLDER else self.link(f"fd/{folder}")
        place = self.link("cwd" if folder == AT_FOLDER else f"fd/{folder}")
        return os.path.normpath(os.path.join(place, name))

    def link(self, name: str) -> str:
        try:
            return os.readlink(f"/proc/{self.pid}/{name}")
        except OSError:
            return ""


def _int(word: int) -> int:
    return ctypes.c_int(word & 0xFFFFFFFF).value


def _do(request: int, tid: int, value: int, *, may_be_gone: bool = False) -> bool:
    """One request to the kernel; a thread that was killed meanwhile is gone, and that is all."""
    if _ptrace(request, tid, None, value) >= 0:
        return True
    if not may_be_gone:
        raise RefusedError(f"ptrace request {request}: {os.strerror(ctypes.get_errno())}")
    return False
