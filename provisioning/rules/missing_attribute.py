"""Whether data that the app needs is empty in the directory."""

from collections.abc import Iterable
from dataclasses import dataclass

from provisioning.attributes import UNREAD, is_empty, matching_mappings, value_of
from provisioning.evidence import Evidence
from provisioning.failures import Kind, failed_step, kind_of, names
from provisioning.model import AttributeMapping, Cause, Finding, LogEvent, Schema, Step
from provisioning.remedies import finding
from provisioning.timing import complained_mappings, is_older_than_change, is_refuted, newest_row, was_healthy


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lack:
    """One target attribute that gets nothing, and who says that it is needed: matching, required or log."""

    target: str
    sources: tuple[str, ...]
    why: str


def missing_attribute(seen: Evidence) -> Finding | None:
    """Fire when the matching attribute, a required one, or one that the newest failure asks for is empty today.

    A failure over something that has been filled since is history: ``awaiting_cycle`` tells that.
    """
    if not seen.knows("person"):
        return None
    row = _complaint(seen)
    lacks = [*_unmatched(seen), *_required(seen), *(_asked_for(seen, row) if row else ())]
    if lacks:
        return _finding(seen, lacks, row)
    return _unnamed(row) if row and _names_nothing(seen, row) else None


def _finding(seen: Evidence, lacks: list[_Lack], row: LogEvent | None) -> Finding:
    error = row.error if row else None
    return finding(
        Cause.MISSING_ATTRIBUTE,
        step=Step.IMPORT if lacks[0].why == "matching" else Step.EXPORT,
        seen_at=row.at if row else None,
        attributes=_once(source for lack in lacks for source in lack.sources),
        targets=_once(lack.target for lack in lacks),
        source="on_premises" if seen.person.synced_from_ad else "directory",
        why=lacks[0].why,
        **_quoted(row),
        next_retry=error.next_retry.isoformat() if error and error.next_retry else None,
    )


def _unnamed(row: LogEvent) -> Finding:
    """The app misses something and neither it nor the schema says what."""
    step = failed_step(row)
    return finding(Cause.MISSING_ATTRIBUTE, step=step.step if step else None, seen_at=row.at, why="log", **_quoted(row))


def _quoted(row: LogEvent | None) -> dict[str, str | None]:
    error = row.error if row else None
    if error is None:
        return {"code": row.skip_reason if row else None}
    return {"code": error.code, "http": str(error.http or ""), "detail": error.detail}


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _complaint(seen: Evidence) -> LogEvent | None:
    """The newest row, if it is about a missing value and still stands."""
    row = newest_row(seen)
    return row if row and kind_of(row) is Kind.MISSING and not is_refuted(seen, row) else None


def _schema(seen: Evidence) -> Schema | None:
    """The schema, where its demands are worth predicting from.

    An app that took the person as he is today proves that it does not insist on what the schema calls required.
    """
    row = newest_row(seen)
    if row and was_healthy(row) and not is_older_than_change(seen, row):
        return None
    return seen.schema if seen.knows("schema") else None


def _unmatched(seen: Evidence) -> list[_Lack]:
    """The matching attributes, if all of them are empty; one that is filled is enough."""
    schema = _schema(seen)
    used = matching_mappings(schema) if schema else ()
    empty = bool(used) and all(is_empty(seen.person, mapping) for mapping in used)
    return [_lack(mapping, "matching") for mapping in used] if empty else []


def _required(seen: Evidence) -> list[_Lack]:
    schema = _schema(seen)
    demanded = [mapping for mapping in schema.mappings if mapping.required] if schema else []
    return [_lack(mapping, "required") for mapping in demanded if is_empty(seen.person, mapping)]


def _asked_for(seen: Evidence, row: LogEvent) -> list[_Lack]:
    """What the row names and today's directory still lacks; without a schema by the default mapping's names."""
    if mappings := complained_mappings(seen, row):
        return [_lack(mapping, "log") for mapping in mappings if is_empty(seen.person, mapping)]
    if seen.schema and seen.knows("schema"):
        return []
    return [
        _Lack(target=naming.target, sources=(naming.directory,), why="log")
        for naming in names(row)
        if (value := value_of(seen.person, naming.directory)) is not UNREAD and value in (None, "")
    ]


def _names_nothing(seen: Evidence, row: LogEvent) -> bool:
    return not names(row) and not complained_mappings(seen, row)


def _lack(mapping: AttributeMapping, why: str) -> _Lack:
    return _Lack(target=mapping.target, sources=mapping.sources, why=why)
