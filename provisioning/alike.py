"""Is it only this person? Failures of one app held against each other: the same code, status and attributes."""

from collections.abc import Iterable
from datetime import datetime

from provisioning.attempts import LogEvent, Verdict
from provisioning.beside import Alike
from provisioning.messages.codes import canonical

Signature = tuple[str | None, int | None, str | None, frozenset[str]]


def signature(row: LogEvent) -> Signature | None:
    """What makes two failures the same, whoever they hit; None for a row that is no failure or says nothing."""
    error = row.error
    if row.verdict is not Verdict.FAILURE or error is None or not (error.code or error.http):
        return None
    return canonical(error.code) or error.code, error.http, error.scim_type, frozenset(error.attributes)


def alike(
    newest: LogEvent | None, person_id: str, rows: Iterable[tuple[str, LogEvent]], *, whole: bool
) -> Alike | None:
    """Whom the failure of ``newest`` hit as well; None where it is no failure, or nobody else met it.

    ``rows``: failures of the app with the id of whoever they are about.
    """
    mine = signature(newest) if newest else None
    if mine is None:
        return None
    same: dict[str, list[datetime]] = {}
    for who, row in rows:
        if who.casefold() != person_id.casefold() and signature(row) == mine:
            same.setdefault(who.casefold(), []).append(row.at)
    if not same:
        return None
    return Alike(others=len(same), since=min(min(times) for times in same.values()), whole=whole)
