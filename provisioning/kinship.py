"""Which tickets are about the same failure. Pure."""

from provisioning.attempts import Step
from provisioning.model import Cause, Diagnosis
from provisioning.remedies import NO_FAULT
from provisioning.tickets import Severity

_ALONE = NO_FAULT | {Cause.UNEXPLAINED}
_TELLING = ("code", "error_code", "reason", "attributes", "filter", "clause", "group")  # facts that make it the same


def kin_of(seen: Diagnosis) -> str:
    """The same for people who fail in the same app for the same reason; "" where nothing is known to be common."""
    if seen.root.cause in _ALONE:
        return ""
    facts = [seen.root.facts[key] for key in _TELLING if key in seen.root.facts]
    told = [fact if isinstance(fact, str) else ",".join(sorted(fact)) for fact in facts]
    return "|".join((seen.app.id.casefold(), seen.root.cause.value, *told))


def severity_of(seen: Diagnosis | None) -> Severity:
    """What stops everybody of an app is looked at sooner; a human may say otherwise."""
    return Severity.HIGH if seen and seen.root.step is Step.JOB else Severity.NORMAL
