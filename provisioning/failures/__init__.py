"""What a failure is about. The code alone does not say: the two commonest ones wrap nearly any refusal.

Weighed in growing order: code, HTTP status, scimType, the app's own sentence, then what was being done.
"""

import re
from functools import lru_cache

from provisioning.attempts import ForeignError, LogEvent, Step, StepReport, Verdict
from provisioning.failures.answers import BY_SCIM_TYPE, BY_STATUS, PROTOCOL, TELLING
from provisioning.failures.codes import MATCHING_CODES, NAMED, OPEN_TO, PLAIN, SAY_NOTHING, WRAPPERS
from provisioning.failures.words import NEVER_EMPTY, cause_in
from provisioning.messages.attributes import Naming, attributes_in
from provisioning.messages.codes import canonical
from provisioning.messages.events import REMOVING, deed, rejected_attributes
from provisioning.model import Cause

__all__ = [
    "MATCHING_CODES",
    "NEVER_EMPTY",
    "SAY_NOTHING",
    "cause_of",
    "cause_of_row",
    "failed_step",
    "names",
    "said_by",
]

_LONGEST = 4000  # characters of a text without a recognised sentence that are searched
_BARE = re.compile(
    r"\W*(?:(?:http )?(?:400)?\W*bad ?request|invalid request|error|statuscode\W+badrequest)?\W*\Z"
    r"|.*Processing of the HTTP request resulted in an exception",
    re.IGNORECASE | re.DOTALL,
)
_FRAME = re.compile(r"(?:response )?status ?code\"?\s*[:=]\s*\"?\w+", re.IGNORECASE)
_INVALID_WORDS = re.compile(
    r"invalid|not valid|character|format|too (?:long|short)|\blength\b|contains?\b", re.IGNORECASE
)
_A_REFUSAL = frozenset({Cause.VALUE_TAKEN_IN_APP, Cause.APP_REFUSED, Cause.ATTRIBUTE_REJECTED, Cause.MISSING_ATTRIBUTE})


@lru_cache(maxsize=512)
def cause_of(error: ForeignError, *, action: str = "create", step: Step | None = None) -> Cause:
    """The cause that an error gives away. UNKNOWN_CODE: real, but of a kind that no rule explains."""
    code = canonical(error.code)
    said = _by_code(error, code)
    if code is None or code in WRAPPERS or code in OPEN_TO or code in SAY_NOTHING:
        said = _by_answer(error, code, said)
    return _by_deed(error, said, action, step) or (Cause.UNEXPLAINED if code in SAY_NOTHING else Cause.UNKNOWN_CODE)


def _by_code(error: ForeignError, code: str | None) -> Cause | None:
    if code == "CredentialValidationFailure" and error.http not in {None, 401, 403}:
        return Cause.WRONG_ENDPOINT  # the probe met something, but not the app's SCIM side
    return NAMED.get(code) if code else None


def _by_answer(error: ForeignError, code: str | None, said: Cause | None) -> Cause | None:
    """Correct the code's word by status, type and words; a code decides how far it may be corrected."""
    everything = frozenset(Cause)
    allowed = OPEN_TO.get(code, everything) if code else PLAIN if error.code else everything
    for found in (_by_status(error, code), _by_type(error), _by_words(error)):
        said = found if found in allowed else said
    return said


def _by_status(error: ForeignError, code: str | None) -> Cause | None:
    if error.http is None or (code is not None and code not in WRAPPERS):
        return _by_wrapper(error, code)
    if error.code and code is None and error.http not in TELLING:
        return None  # a code that is new to us: its status alone does not explain it
    if error.http == 400:
        return _by_wrapper(error, code) or Cause.APP_REFUSED
    return BY_STATUS.get(error.http)


def _by_wrapper(error: ForeignError, code: str | None) -> Cause | None:
    """A refusal in so many words is the app's; one without any words is an answer that nobody can read."""
    if code not in WRAPPERS:
        return None
    if code == "ServiceIncompatibleFiltering":
        return Cause.APP_INCOMPATIBLE
    return Cause.APP_INCOMPATIBLE if _BARE.match(error.detail or "") else Cause.APP_REFUSED


def _by_type(error: ForeignError) -> Cause | None:
    return BY_SCIM_TYPE.get((error.scim_type or "").casefold())


def _by_words(error: ForeignError) -> Cause | None:
    words = _FRAME.sub("", said_by(error))
    found = cause_in(words)
    if found is Cause.APP_PERMISSION and error.http == 401:
        return None  # "unauthorized" is what that status is called
    if found is Cause.MISSING_ATTRIBUTE and (error.scim_type or "").casefold() in PROTOCOL:
        possible = [naming for naming in attributes_in(words) if naming.directory not in NEVER_EMPTY]
        return found if possible else None  # what is never empty was sent: the app did not understand it
    return found


def _by_deed(error: ForeignError, said: Cause | None, action: str, step: Step | None) -> Cause | None:
    """What was being done weighs most: a value cannot be taken by somebody who is only to be disabled."""
    exists = action == "update" or action in REMOVING
    if said is Cause.WRONG_ENDPOINT and error.http == 404 and exists:
        return Cause.ACCOUNT_GONE_IN_APP
    if action in REMOVING and said in _A_REFUSAL:
        return Cause.APP_REFUSES_DEACTIVATION
    if step is Step.MATCHING and said is Cause.VALUE_TAKEN_IN_APP:
        return Cause.DUPLICATE_IN_APP
    return said


def said_by(error: ForeignError) -> str:
    """The sentence to search: the app's own, else the start of the whole text."""
    return error.detail or (error.text or "")[:_LONGEST]


def cause_of_row(row: LogEvent) -> Cause | None:
    """The cause that a row gives away; None for one that went well or whose flags say more than its words."""
    if row.verdict is Verdict.FAILURE and row.error:
        step = failed_step(row)
        return cause_of(row.error, action=deed(row), step=step.step if step else None)
    if row.verdict is not Verdict.SKIPPED:
        return None
    if rejected_attributes(row.steps):
        return _by_property(row)
    said = (canonical(row.skip_reason), canonical(row.error.code) if row.error else None)
    return next((NAMED[code] for code in said if code and code in NAMED), None)


def _by_property(row: LogEvent) -> Cause:
    """A property that the app's rules refuse: empty as a rule, unless it cannot be or the words say otherwise."""
    words = " ".join(report.text or "" for report in row.steps)
    written = {change.attribute for change in row.changes if change.new}
    possible = any(naming.directory not in NEVER_EMPTY and naming.target not in written for naming in names(row))
    return Cause.MISSING_ATTRIBUTE if possible and not _INVALID_WORDS.search(words) else Cause.ATTRIBUTE_REJECTED


def failed_step(row: LogEvent) -> StepReport | None:
    """The first step that failed, else the first that was skipped."""
    bad = (Verdict.FAILURE, Verdict.SKIPPED)
    return next((report for verdict in bad for report in row.steps if report.verdict is verdict), None)


def names(row: LogEvent) -> tuple[Naming, ...]:
    """The attributes that a row complains about, as target and as directory name."""
    words = [f"'{target}'" for target in rejected_attributes(row.steps)]
    if row.error:
        words.append(said_by(row.error))
    return attributes_in("\n".join(words))
