"""Whether a value that must be unique belongs to another account in the app."""

from provisioning.attributes import value_of
from provisioning.evidence import Evidence
from provisioning.failures import Kind, kind_of
from provisioning.model import Cause, Finding
from provisioning.remedies import finding
from provisioning.timing import complained_mappings, is_refuted, newest_row


def value_taken_in_app(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because the app already holds an account with one of the person's values."""
    row = newest_row(seen)
    if row is None or row.error is None or kind_of(row) is not Kind.TAKEN or is_refuted(seen, row):
        return None
    error = row.error
    mappings = complained_mappings(seen, row)[:1]
    named = mappings[0].sources[:1] if mappings else error.attributes[:1]
    return finding(
        Cause.VALUE_TAKEN_IN_APP,
        seen_at=row.at,
        code=error.code,
        http=error.http,
        detail=error.detail,
        attribute=named[0] if named else None,
        attributes=named,
        targets=tuple(mapping.target for mapping in mappings),
        value=_value(seen, named[0]) if named else None,
        next_retry=error.next_retry.isoformat() if error.next_retry else None,
    )


def _value(seen: Evidence, attribute: str) -> str | None:
    value = value_of(seen.person, attribute)
    return value if isinstance(value, str) else None
