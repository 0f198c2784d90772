"""Whether the service reports something that no other rule can explain."""

from provisioning.attempts import LogEvent, Step, Verdict
from provisioning.evidence import Evidence
from provisioning.failures import SAY_NOTHING, cause_of_row, failed_step, names, said_by
from provisioning.messages.codes import canonical
from provisioning.messages.events import REDUNDANT, was_active, was_assigned, was_entitled, was_in_scope
from provisioning.model import Cause, Finding
from provisioning.remedies import finding
from provisioning.rules.missing_attribute import missing_attribute
from provisioning.timing import is_refuted, newest_row


def unknown_code(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed or was skipped for a reason that no other rule knows."""
    row = newest_row(seen)
    if row is None or not _is_unexplained(seen, row) or is_refuted(seen, row):
        return None
    step, error = failed_step(row), row.error
    return finding(
        Cause.UNKNOWN_CODE,
        step=step.step if step else Step.NONE,
        seen_at=row.at,
        code=(error.code if error else None) or row.skip_reason,
        http=error.http if error else None,
        scim_type=error.scim_type if error else None,
        detail=said_by(error) if error else step.text if step else None,
        attributes=tuple(naming.directory for naming in names(row)),
        action=row.action,
        next_retry=error.next_retry.isoformat() if error and error.next_retry else None,
    )


def _is_unexplained(seen: Evidence, row: LogEvent) -> bool:
    cause = cause_of_row(row)
    if cause is Cause.MISSING_ATTRIBUTE:
        return missing_attribute(seen) is None  # no mapping sends it, or it is not empty: more data would not help
    if row.verdict is Verdict.FAILURE:
        return cause in {None, Cause.UNKNOWN_CODE}
    if row.verdict is not Verdict.SKIPPED or cause is not None or row.skip_reason == REDUNDANT:
        return False
    code = row.skip_reason or (row.error.code if row.error else None)
    return code is not None and canonical(code) not in SAY_NOTHING and not _has_lowered_flag(row)


def _has_lowered_flag(row: LogEvent) -> bool:
    """Whether the row itself says which of account, assignment and filter was the reason."""
    return False in (was_active(row.steps), was_assigned(row.steps), was_in_scope(row.steps), was_entitled(row.steps))
