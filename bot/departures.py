"""Which letters have left this process, in memory that outlives it: what it had claimed and is not there never left.

A mark in the database before each post would be one more wait for its disk. The machine's shared memory costs a few
microseconds, stays when the process is killed, and goes when the machine does: then nobody knows, as without it. So it
helps a successor on the same machine (in the same container), and says nothing to others.
"""

import hashlib
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISDIR
from struct import Struct
from uuid import UUID

if sys.platform != "win32":
    import fcntl

SHARED = Path("/dev/shm")  # noqa: S108 – memory, as a file system; the folder in it is checked to be ours
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_SLOTS = 256  # letters at once: those under way, and those that wait to be written down
_SLOT = Struct("<q")  # the number of a letter; 0: none, -1 in the first: there was one too many

_log = logging.getLogger(__name__)


class Departures:
    """One process's letters that may have left it, and what its predecessors left behind."""

    def __init__(self, folder: Path, me: UUID) -> None:
        """OSError where there is no such memory, or not ours."""
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.stat(follow_symlinks=False)
        if found.st_uid != os.getuid() or not S_ISDIR(found.st_mode):
            raise PermissionError(f"{folder} is somebody else's")
        self._mine = folder / str(me)
        self._file = os.open(self._mine, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)  # until this process ends, however it does
        os.pwrite(self._file, bytes(_SLOTS * _SLOT.size), 0)
        self._free = list(range(_SLOTS - 1, 0, -1))
        self._taken: dict[int, int] = {}  # by letter

    def leaves(self, letter: int) -> None:
        """The channel is called with it next; it may have been before."""
        if letter in self._taken:
            return
        if self._free:
            slot = self._taken[letter] = self._free.pop()
            self._write(slot, letter)
        else:
            self._write(0, -1)

    def noted(self, letter: int) -> None:
        """What became of it is in the database."""
        slot = self._taken.pop(letter, None)
        if slot is not None:
            self._write(slot, 0)
            self._free.append(slot)

    def of_the_dead(self) -> Mapping[UUID, frozenset[int]]:
        """Processes that ended without a word, and the letters that may have left each."""
        found = {}
        for file in self._folder.iterdir():
            with suppress(OSError, ValueError):  # gone by now, or no ledger
                process, content = UUID(file.name), _of_the_dead(file)
                if content is not None:
                    found[process] = content
        return found

    def forget(self, process: UUID) -> None:
        """Its letters are settled."""
        (self._folder / str(process)).unlink(missing_ok=True)

    def close(self) -> None:
        """An orderly end, after which nothing is in doubt."""
        if not self._taken:
            self._mine.unlink(missing_ok=True)
        os.close(self._file)

    def _write(self, slot: int, number: int) -> None:
        os.pwrite(self._file, _SLOT.pack(number), slot * _SLOT.size)


def _of_the_dead(file: Path) -> frozenset[int] | None:
    """What a ledger holds; None when its process lives, or could not keep it."""
    opened = os.open(file, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        slots = [number for (number,) in _SLOT.iter_unpack(os.pread(opened, _SLOTS * _SLOT.size, 0))]
    finally:
        os.close(opened)
    whole = len(slots) == _SLOTS and slots[0] == 0
    return frozenset(slots[1:]) - {0} if whole else None


@contextmanager
def departures(database_url: str, me: UUID, *, shared: Path = SHARED) -> Iterator[Departures | None]:
    """This process's, among those that work on the same database; None where the machine has no such memory."""
    if sys.platform == "win32":
        yield None
        return
    try:
        boot = _BOOT.read_text().strip()  # where the folder is kept on a disk, what it held before does not count
        whose = hashlib.sha256(f"{boot} {os.getuid()} {database_url}".encode()).hexdigest()[:24]
        opened = Departures(shared / f"sync-desk-{whose}", me)
    except OSError as problem:
        _log.info("what leaves this process cannot be kept beside it: %s", problem)
        yield None
        return
    try:
        yield opened
    finally:
        opened.close()
