"""The shape of our tables, one numbered step after the other; only ever forwards.

To add a step: put the SQL into ``versions/0002_channel.sql`` and beside it ``versions/v0002_channel.py``::

    \"\"\"The channel's tables: inbox, conversations, outbox, places.\"\"\"

    from provisioning.store.migrations import run_sql

    revision = "0002"
    down_revision = "0001"


    def upgrade() -> None:
        run_sql("0002_channel.sql")

A step that was released is never edited; the next one mends it. All missing steps run in one transaction, so
a step that fails leaves nothing behind. Alembic and SQLAlchemy are imported while migrating and at no other time.
"""

import re
from pathlib import Path

import psycopg
from psycopg import sql

from provisioning.errors import DeskError, TryLaterError

_HERE = Path(__file__).parent
_VERSIONS = _HERE / "versions"
_NAMES = re.compile(r'^(revision|down_revision) = "(\w+)"', re.MULTILINE)
_PATIENCE = 60_000  # ms to wait for another process that is migrating the same database


def migrate(url: str) -> str:
    """Bring the database at ``url`` (``postgresql://…``) to the newest version and return that version.

    Safe to run again and from several processes at once. Raises TryLaterError when the database cannot be
    reached, DeskError when it was written by a newer desk. Blocks: call it off the event loop.
    """
    found = schema_version(url)
    newest = newest_version()
    if found == newest:
        return newest
    if found is not None and found not in _known_versions():
        raise DeskError(f"The database is at version {found}, newer than this desk knows ({newest}); update the desk.")
    _upgrade(url)
    return newest


def schema_version(url: str) -> str | None:
    """The version that the database at ``url`` has; None when it is empty. TryLaterError when nothing answers."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            there = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
            if there is None or there[0] is None:
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.OperationalError as problem:
        raise TryLaterError("The database cannot be reached.") from problem
    return str(row[0]) if row else None


def newest_version() -> str:
    """The version that this code needs."""
    return _known_versions()[-1]


def run_sql(*names: str) -> None:
    """Run whole files of ``versions/`` on the connection of the migration that is under way."""
    from alembic import op

    cursor = op.get_bind().connection.cursor()
    for name in names:
        cursor.execute((_VERSIONS / name).read_text(encoding="utf-8"))
    cursor.close()


def _known_versions() -> list[str]:
    """In the order of the chain."""
    after = {down: revision for path in _VERSIONS.glob("v[0-9]*.py") for revision, down in [_names(path)]}
    chain: list[str] = []
    while (following := after.get(chain[-1] if chain else None)) is not None:
        chain.append(following)
    return chain


def _names(path: Path) -> tuple[str, str | None]:
    found = dict(_NAMES.findall(path.read_text(encoding="utf-8")))
    return found["revision"], found.get("down_revision")


def _upgrade(url: str, to: str = "head") -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)
    with engine.begin() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        driver.execute(sql.SQL("SET lock_timeout = {}").format(_PATIENCE))
        driver.execute("SELECT pg_advisory_xact_lock(hashtext('sync-desk migrate'))")
        config.attributes["connection"] = connection
        command.upgrade(config, to)
