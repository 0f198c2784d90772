"""What the newest log row gives away, as a finding: the cause, the words it came in, and what they are about.

A row is history. One that today's directory contradicts says nothing any more (``timing.is_refuted``).
"""

from provisioning.attempts import LogEvent, Step
from provisioning.attributes import value_of
from provisioning.evidence import Evidence
from provisioning.failures import cause_of_row, failed_step, names, said_by
from provisioning.messages.errors import without_addresses
from provisioning.messages.events import failed_alike
from provisioning.model import Cause, Finding, Owner
from provisioning.remedies import Fact, finding
from provisioning.timing import complained_mappings, is_refuted, newest_row

LASTING = 3  # attempts in a row that failed alike: what should pass by itself does not
PASSING = frozenset({Cause.APP_THROTTLING, Cause.APP_UNAVAILABLE, Cause.TRANSPORT_ERROR})
_SELDOM_A_STEP = frozenset({Step.JOB, Step.NONE})


def row_about(seen: Evidence, cause: Cause) -> LogEvent | None:
    """The newest row, if it gives this cause away and still stands."""
    row = newest_row(seen)
    return row if row and cause_of_row(row) is cause and not is_refuted(seen, row) else None


def logged(
    seen: Evidence, cause: Cause, *, owner: tuple[Owner, ...] | None = None, **more: Fact | None
) -> Finding | None:
    """A finding from the newest row; None if that row is about something else."""
    row = row_about(seen, cause)
    if row is None:
        return None
    step = failed_step(row)
    where = step.step if step else _usual(cause)
    return finding(cause, step=where, owner=owner, seen_at=row.at, more={**told(row), **more})


def _usual(cause: Cause) -> Step:
    usual = finding(cause).step
    return Step.EXPORT if usual in _SELDOM_A_STEP else usual


def passing(seen: Evidence, cause: Cause) -> Finding | None:
    """A fault that passes by itself; after three attempts that failed alike it is the vendor's."""
    alike = failed_alike(sorted(seen.log, key=lambda row: row.at, reverse=True)) if seen.knows("log") else 0
    lasting = alike >= LASTING
    return logged(seen, cause, owner=(Owner.VENDOR,) if lasting else None, identical=str(alike) if lasting else None)


def about_a_value(seen: Evidence, cause: Cause) -> Finding | None:
    """A finding that names the attribute whose value the app does not take, and the value."""
    row = row_about(seen, cause)
    if row is None:
        return None
    mappings = complained_mappings(seen, row)[:1]
    named = mappings[0].sources[:1] if mappings else tuple(each.directory for each in names(row))[:1]
    value = value_of(seen.person, named[0]) if named else None
    return logged(
        seen,
        cause,
        attribute=named[0] if named else None,
        attributes=named,
        targets=tuple(mapping.target for mapping in mappings) or tuple(each.target for each in names(row))[:1],
        value=value if isinstance(value, str) else None,
    )


def told(row: LogEvent) -> dict[str, Fact | int | None]:
    """Everything that a row says about its failure, by the names that findings use."""
    error, named = row.error, names(row)
    if error is None:
        step = failed_step(row)
        return {"code": row.skip_reason, "detail": step.text if step else None, "action": row.action}
    return {
        "code": error.code,
        "http": error.http,
        "scim_type": error.scim_type,
        "detail": without_addresses(said_by(error)),
        "attributes": tuple(naming.directory for naming in named),
        "targets": tuple(naming.target for naming in named),
        "action": row.action,
        "next_retry": error.next_retry.isoformat() if error.next_retry else None,
    }
