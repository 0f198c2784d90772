"""Processes under test: started, watched through /proc, stopped. Linux only."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")  # s
_STARTING = 30.0  # s
_STOPPING = 8.0  # s


class DidNotStartError(Exception):
    """A server did not come up; the message has its last words."""


class Process:
    """One Python module as a process of its own."""

    def __init__(self, module: str, *arguments: str, pipe: bool = False) -> None:
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 – closed by stop
        self.begun = time.monotonic()
        self.child = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if pipe else self._words,
            stderr=self._words,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )

    def read_line(self) -> str:
        """The first line that it prints. DidNotStartError when it ends instead."""
        assert self.child.stdout is not None
        line = self.child.stdout.readline().decode()
        if not line:
            raise DidNotStartError(self.last_words())
        return line

    def until_answering(self, port: int) -> float:
        """Seconds from the start until HTTP is answered on ``port``. DidNotStartError."""
        while time.monotonic() - self.begun < _STARTING:
            if self.child.poll() is not None:
                raise DidNotStartError(self.last_words())
            if _answers(port):
                return time.monotonic() - self.begun
            time.sleep(0.005)
        raise DidNotStartError(f"no answer within {_STARTING:.0f} s: {self.last_words()}")

    def cpu(self) -> float:
        """Seconds of CPU so far, of all its threads."""
        return _cpu(self.child.pid)

    def memory(self) -> float:
        """Resident MB now."""
        for line in Path(f"/proc/{self.child.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def last_words(self) -> str:
        """The end of what it wrote."""
        self._words.seek(0)
        lines = self._words.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def stop(self) -> None:
        """Ask it to end, then make it."""
        self.child.terminate()
        try:
            self.child.wait(_STOPPING)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        if self.child.stdout is not None:
            self.child.stdout.close()
        self._words.close()


@contextmanager
def running(module: str, *arguments: str, pipe: bool = False) -> Iterator[Process]:
    """A process for as long as the block runs."""
    process = Process(module, *arguments, pipe=pipe)
    try:
        yield process
    finally:
        process.stop()


def free_port() -> int:
    """A port on loopback that nobody listens on at the moment."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def family_cpu(pid: int) -> float:
    """Seconds of CPU of a process and everything that it started and that still runs; for a database server."""
    members, grown = {pid}, True
    parents = _parents()
    while grown:
        more = {child for child, parent in parents.items() if parent in members} - members
        members |= more
        grown = bool(more)
    return sum(_cpu(member) for member in members)


def _cpu(pid: int) -> float:
    with suppress(FileNotFoundError, ProcessLookupError):
        fields = _stat(pid)
        return (int(fields[11]) + int(fields[12])) * _TICK  # utime and stime
    return 0.0


def _parents() -> dict[int, int]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):
                found[int(entry.name)] = int(_stat(int(entry.name))[1])
    return found


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may itself hold spaces and brackets."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
            peer.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return peer.recv(16).startswith(b"HTTP/")
    except OSError:
        return False
