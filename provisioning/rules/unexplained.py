"""What is said when no rule has an answer."""

from provisioning.attributes import is_empty
from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding
from provisioning.remedies import finding
from provisioning.timing import newest_row

_OFTEN_NEEDED = frozenset({"mail", "givenName", "surname"})


def unexplained(seen: Evidence) -> Finding | None:
    """Fire when nothing that was read explains it; what could not be read, and what is empty, is named."""
    row = newest_row(seen)
    log = None if not seen.knows("log") else "rows" if row else "empty"
    return finding(
        Cause.UNEXPLAINED,
        seen_at=row.at if row else None,
        unread=tuple(sorted(seen.unread)),
        log=log,
        empty=_empty(seen),
    )


def _empty(seen: Evidence) -> tuple[str, ...]:
    """Mapped attributes that apps often insist on although no schema says so, and that have no value."""
    if not seen.schema or not seen.knows("person", "schema"):
        return ()
    empty = [mapping for mapping in seen.schema.mappings if is_empty(seen.person, mapping)]
    names = dict.fromkeys(name for mapping in empty for name in mapping.sources)
    return tuple(name for name in names if name in _OFTEN_NEEDED)
