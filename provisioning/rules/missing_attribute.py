"""Whether data that the app needs is empty in the directory."""

from provisioning.attempts import LogEvent
from provisioning.attributes import UNREAD, is_empty, value_of
from provisioning.evidence import Evidence
from provisioning.failures import failed_step, names
from provisioning.lacks import Lack, demanding, told_by, unmatched
from provisioning.logged import row_about
from provisioning.model import Cause, Finding
from provisioning.remedies import finding
from provisioning.timing import complained_mappings


def missing_attribute(seen: Evidence) -> Finding | None:
    """Fire when a required attribute, or one that the newest failure asks for, is empty today.

    A failure over something that has been filled since is history: ``awaiting_cycle`` tells that. The attributes that
    people are matched by have a rule of their own.
    """
    if not seen.knows("person"):
        return None
    row = row_about(seen, Cause.MISSING_ATTRIBUTE)
    said_already = {lack.target for lack in unmatched(seen)}
    lacks = [*_required(seen), *(_asked_for(seen, row) if row else ())]
    if lacks := [lack for lack in lacks if lack.target not in said_already]:
        return finding(Cause.MISSING_ATTRIBUTE, **told_by(seen, lacks, row))
    if not row or said_already or not _names_nothing(seen, row):
        return None
    step = failed_step(row)
    return finding(Cause.MISSING_ATTRIBUTE, step=step.step if step else None, **told_by(seen, (), row))


def _required(seen: Evidence) -> list[Lack]:
    schema = demanding(seen)
    demanded = [mapping for mapping in schema.mappings if mapping.required] if schema else []
    return [Lack.of(mapping, "required") for mapping in demanded if is_empty(seen.person, mapping)]


def _asked_for(seen: Evidence, row: LogEvent) -> list[Lack]:
    """What the row names and today's directory still lacks; without a schema by the default mapping's names."""
    if mappings := complained_mappings(seen, row):
        return [Lack.of(mapping, "log") for mapping in mappings if is_empty(seen.person, mapping)]
    if seen.schema and seen.knows("schema"):
        return []
    return [
        Lack(target=naming.target, sources=(naming.directory,), why="log")
        for naming in names(row)
        if (value := value_of(seen.person, naming.directory)) is not UNREAD and value in (None, "")
    ]


def _names_nothing(seen: Evidence, row: LogEvent) -> bool:
    """The app misses something, and neither it nor the schema says what."""
    return not names(row) and not complained_mappings(seen, row)
