"""What a failure is about. The code alone does not say: the two commonest ones wrap nearly any refusal.

Weighed in growing order: code, HTTP status, scimType, the app's own sentence, then what was being done.
"""

import re
from enum import StrEnum
from functools import lru_cache

from provisioning.messages.attributes import Naming, attributes_in
from provisioning.messages.codes import canonical
from provisioning.messages.events import rejected_attributes
from provisioning.model import ForeignError, LogEvent, Step, StepReport, Verdict


class Kind(StrEnum):
    """The families that rules of this desk know."""

    MISSING = "missing"  # a value that the app wants was not sent
    TAKEN = "taken"  # a value that must be unique belongs to another account in the app
    OTHER = "other"


_BY_CODE = {
    "Conflict": Kind.TAKEN,
    "EntryConflict": Kind.TAKEN,
    "DuplicateUserName": Kind.TAKEN,
    "MandatoryFieldsMissing": Kind.MISSING,
    "MissingValues": Kind.MISSING,
    "RequiredFieldMissing": Kind.MISSING,
    "EntryJoiningPropertyValueIsMissing": Kind.MISSING,
    "ImportSkipped": Kind.MISSING,
}
NEVER_EMPTY = frozenset({"userPrincipalName", "displayName", "accountEnabled"})  # the directory insists on them
MATCHING_CODES = frozenset({"EntryJoiningPropertyValueIsMissing", "ImportSkipped"})
# Codes that say only that the app refused; the reason stands in its answer.
_WRAPPERS = frozenset(
    {
        None,
        "ServiceIncompatible",
        "ServiceIncompatibleFiltering",
        "BadRequest",
        "UnprocessableEntity",
        "InternalServerError",
        "AttributeValidationFailed",
        "EntrySynchronizationSkipped",
    }
)
_OTHER_TYPES = frozenset({"invalidfilter", "invalidsyntax", "invalidpath", "notarget", "mutability", "toomany"})
_MISSING_WORDS = re.compile(
    r"\brequired\b|\bmandatory\b|\bmissing\b|not found in json|must be (?:provided|present|set)"
    r"|must not be (?:null|empty|blank)"
    r"|(?:may not|cannot|can't|can not|should not) be (?:null|empty|blank|omitted)|\bis (?:null|empty|blank)\b",
    re.IGNORECASE,
)
_FIELD_MISSING = re.compile(r"REQUIRED[_ ]FIELD[_ ]MISSING", re.IGNORECASE)
_TAKEN_WORDS = re.compile(
    r"\balready\b.{0,40}\b(?:exists?|in use|taken|used|registered|assigned|belongs)\b|\balready exists?\b|\bduplicate"
    r"|\b(?:not|must be|be) unique\b|\buniqueness\b|\bhas been taken\b|\bin use by\b",
    re.IGNORECASE | re.DOTALL,
)
_OTHER_WORDS = re.compile(
    r"licen[cs]e|\bseats?\b|\bquota\b|deactivat|\binactive\b|\bfilter|deseriali|entitlement|\bpermission"
    r"|\bunauthori[sz]ed\b|\bcredential",
    re.IGNORECASE,
)
_QUOTED_NAME = re.compile(r"['\"`]([A-Za-z][\w.:\-]{2,120})['\"`]")
_INVALID_WORDS = re.compile(
    r"invalid|not valid|character|format|too (?:long|short)|\blength\b|contains?\b", re.IGNORECASE
)
_LONGEST = 4000  # characters of a text without a recognised sentence that are searched


@lru_cache(maxsize=128)
def kind(error: ForeignError, *, action: str = "create", step: Step | None = None) -> Kind:
    """The family of an error. OTHER: real, but of a kind that no rule explains."""
    found = _by_answer(error, _by_code(error))
    if found is Kind.TAKEN and (action in {"disable", "delete"} or step is Step.MATCHING):
        return Kind.OTHER  # refusing to deactivate, or several accounts that fit, is not a value that is taken
    return found or Kind.OTHER


def _by_code(error: ForeignError) -> Kind | None:
    code = canonical(error.code)
    if code in _BY_CODE:
        return _BY_CODE[code]
    if code not in _WRAPPERS:
        return Kind.OTHER
    return Kind.TAKEN if error.http == 409 else None


def _by_answer(error: ForeignError, so_far: Kind | None) -> Kind | None:
    """Correct the code's word by what the app itself said; a code that names its own cause is believed."""
    if so_far is Kind.OTHER:
        return so_far
    scim_type = (error.scim_type or "").casefold()
    if scim_type in _OTHER_TYPES:
        return Kind.OTHER
    if scim_type == "uniqueness":
        so_far = Kind.TAKEN
    return _by_words(said_by(error), so_far)


def _by_words(words: str, so_far: Kind | None) -> Kind | None:
    if _FIELD_MISSING.search(words):
        return Kind.MISSING if attributes_in(words) else Kind.OTHER  # a role or profile: not the person's data
    if _TAKEN_WORDS.search(words):
        return Kind.TAKEN
    if _MISSING_WORDS.search(words) and (attributes_in(words) or _QUOTED_NAME.search(words)):
        return Kind.MISSING
    return Kind.OTHER if _OTHER_WORDS.search(words) else so_far


def said_by(error: ForeignError) -> str:
    """The sentence to search: the app's own, else the start of the whole text."""
    return error.detail or (error.text or "")[:_LONGEST]


def kind_of(row: LogEvent) -> Kind | None:
    """The family of a row that failed or was skipped over a value; None for any other row."""
    if row.verdict is Verdict.FAILURE and row.error:
        step = failed_step(row)
        return kind(row.error, action=row.action, step=step.step if step else None)
    if row.verdict is Verdict.SKIPPED and rejected_attributes(row.steps):
        return _by_property(row)
    if row.verdict is Verdict.SKIPPED and row.error and canonical(row.error.code) in MATCHING_CODES:
        return Kind.MISSING
    return None


def _by_property(row: LogEvent) -> Kind:
    """A property that the app's rules refuse: empty as a rule, unless it cannot be or the words say otherwise."""
    words = " ".join(report.text or "" for report in row.steps)
    possible = any(naming.directory not in NEVER_EMPTY for naming in names(row))
    return Kind.MISSING if possible and not _INVALID_WORDS.search(words) else Kind.OTHER


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
