"""Whether somebody else in the directory has the same matching value."""

from provisioning.evidence import Evidence
from provisioning.logged import about_a_value, row_about
from provisioning.model import Cause, Finding
from provisioning.remedies import Fact, finding
from provisioning.timing import is_older_than_change, newest_row, was_healthy


def duplicate_in_directory(seen: Evidence) -> Finding | None:
    """Fire when another account has the same value of the matching attribute, today or by the newest row.

    Whoever came first keeps the account in the app; a person who was provisioned as he is today is that one.
    """
    others = tuple(f"{twin.name} ({twin.upn})" for twin in seen.twins or ())
    if row_about(seen, Cause.DUPLICATE_IN_DIRECTORY):
        return _with(about_a_value(seen, Cause.DUPLICATE_IN_DIRECTORY), seen, others)
    row = newest_row(seen)
    if not others or (row and was_healthy(row) and not is_older_than_change(seen, row)):
        return None
    return _with(finding(Cause.DUPLICATE_IN_DIRECTORY, why="directory"), seen, others)


def _with(found: Finding | None, seen: Evidence, others: tuple[str, ...]) -> Finding | None:
    if found is None or not others or not seen.matched_by:
        return found
    facts: dict[str, Fact | int | None] = {
        **found.facts,
        "others": others,
        "attribute": seen.matched_by,
        "attributes": (seen.matched_by,),
    }
    return finding(found.cause, step=found.step, seen_at=found.seen_at, more=facts)
