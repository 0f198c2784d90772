"""Whether the attribute by which the app's accounts are found is empty."""

from provisioning.evidence import Evidence
from provisioning.failures import names
from provisioning.lacks import Lack, told_by, unmatched
from provisioning.logged import row_about
from provisioning.model import Cause, Finding
from provisioning.remedies import finding
from provisioning.timing import complained_mappings


def matching_attribute_empty(seen: Evidence) -> Finding | None:
    """Fire when every matching attribute is empty, or the newest row says that it was and nothing was filled since.

    Nothing else about the person was looked at then: not even whether the scoping filter lets them through.
    """
    if not seen.knows("person"):
        return None
    row = row_about(seen, Cause.MATCHING_ATTRIBUTE_EMPTY)
    lacks = unmatched(seen)
    if not lacks and row:
        lacks = [Lack.of(mapping, "log") for mapping in complained_mappings(seen, row)]
        lacks = lacks or [Lack(target=each.target, sources=(each.directory,), why="log") for each in names(row)]
    return finding(Cause.MATCHING_ATTRIBUTE_EMPTY, **told_by(seen, lacks, row)) if lacks or row else None
