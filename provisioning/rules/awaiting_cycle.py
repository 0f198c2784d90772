"""Whether only time is needed."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding
from provisioning.remedies import finding
from provisioning.rules.assignment_too_fresh import missed
from provisioning.timing import Change, is_refuted, newest_row, unnoticed_change


def awaiting_cycle(seen: Evidence) -> Finding | None:
    """Fire when something changed that no cycle has worked off yet, or when the newest row's reason is gone.

    ``because``: created, assigned, changed, or fixed (the newest row no longer holds). A row that only
    missed a fresh assignment is ``assignment_too_fresh``.
    """
    if not seen.knows("job") or seen.job is None:
        return None
    change, row = unnoticed_change(seen), newest_row(seen)
    if row and missed(seen, row):
        return None
    if row and is_refuted(seen, row):
        return _finding(seen, "fixed", change)
    return _finding(seen, change.what, change) if change else None


def _finding(seen: Evidence, because: str, change: Change | None) -> Finding:
    row, last = newest_row(seen), seen.job.last if seen.job else None
    began = last.began if last else None
    error = row.error if row and because == "fixed" else None
    return finding(
        Cause.AWAITING_CYCLE,
        because=because,
        at=change.at.isoformat() if change else None,
        last_cycle=began.isoformat() if began else None,
        log="late" if change and began and change.at <= began else None,
        old_code=error.code if error else None,
        old_row=row.at.isoformat() if row and because == "fixed" else None,
        next_retry=error.next_retry.isoformat() if error and error.next_retry else None,
    )
