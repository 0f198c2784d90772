"""What gets no value for a person: the attribute, and who says that it is needed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from provisioning.attempts import LogEvent
from provisioning.attributes import is_empty, matching_mappings
from provisioning.evidence import Evidence
from provisioning.model import AttributeMapping, Schema
from provisioning.timing import is_older_than_change, newest_row, was_healthy


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """One target attribute that gets nothing. ``why``: matching, required or log."""

    target: str
    sources: tuple[str, ...]
    why: str

    @classmethod
    def of(cls, mapping: AttributeMapping, why: str) -> "Lack":
        """The lack that an empty mapping is."""
        return cls(target=mapping.target, sources=mapping.sources, why=why)


def demanding(seen: Evidence) -> Schema | None:
    """The schema, where its demands are worth predicting from.

    An app that took the person as he is today proves that it does not insist on what the schema calls required.
    """
    row = newest_row(seen)
    if row and was_healthy(row) and not is_older_than_change(seen, row):
        return None
    return seen.schema if seen.knows("schema") else None


def unmatched(seen: Evidence) -> list[Lack]:
    """The matching attributes, if all of them are empty; one that is filled is enough."""
    schema = demanding(seen)
    used = matching_mappings(schema) if schema else ()
    empty = bool(used) and all(is_empty(seen.person, mapping) for mapping in used)
    return [Lack.of(mapping, "matching") for mapping in used] if empty else []


def told_by(seen: Evidence, lacks: Sequence[Lack], row: LogEvent | None) -> dict[str, Any]:
    """The facts of a finding about lacks, with what the row that complained says."""
    error = row.error if row else None
    return {
        "seen_at": row.at if row else None,
        "attributes": _once(source for lack in lacks for source in lack.sources),
        "targets": _once(lack.target for lack in lacks),
        "source": ("on_premises" if seen.person.synced_from_ad else "directory") if lacks else None,
        "why": lacks[0].why if lacks else "log",
        "code": error.code if error else row.skip_reason if row else None,
        "http": error.http if error else None,
        "detail": error.detail if error else None,
        "next_retry": error.next_retry.isoformat() if error and error.next_retry else None,
    }


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
