"""Error codes of the provisioning service. Connectors put their own name in front, so a code is known by its end."""

import re
from functools import lru_cache

# Microsoft's table (howto-analyze-provisioning-logs), then those that tutorials and threads show beside it.
KNOWN = (
    "Conflict",
    "EntryConflict",
    "TooManyRequests",
    "InternalServerError",
    "InsufficientRights",
    "MethodNotAllowed",
    "NotPermitted",
    "Unauthorized",
    "UnprocessableEntity",
    "WebExceptionProtocolError",
    "InvalidAnchor",
    "NotImplemented",
    "MandatoryFieldsMissing",
    "MissingValues",
    "SchemaAttributeNotFound",
    "InternalError",
    "InvalidDomain",
    "Timeout",
    "LicenseLimitExceeded",
    "DuplicateTargetEntries",
    "DuplicateSourceEntries",
    "ImportSkipped",
    "EntrySynchronizationSkipped",
    "MultipleEntriesInResponse",
    "ServiceIncompatible",
    "SchemaPropertyCanOnlyAcceptValue",
    "ServiceIncompatibleFiltering",
    "BadRequest",
    "CredentialValidationFailure",
    "CredentialValidationUnavailable",
    "InvalidCredentials",
    "CredentialsMissing",
    "AttributeValidationFailed",
    "EntryJoiningPropertyValueIsMissing",
    "InvalidLookupReference",
    "ServiceNowInstanceInvalid",
    "DuplicateUserName",
    "RequiredFieldMissing",
    "Forbidden",
    "InvalidPropertyValue",
    # cross-tenant synchronization; Microsoft prints them with one prefix or another
    "CannotUpdateObjectsOriginatedInExternalService",
    "CannotUpdateObjectsMasteredOnPremises",
    "B2BManagementPolicyCheckFailure",
    "QuotaLimitExceeded",
    "InvitationCreationFailure",
    "InvitationCreationFailureUserAccountDisabled",
    "InvitationCreationFailureInvalidPropertyValue",
    "InvitationCreationFailureAmbiguousUser",
    "EntityTypeNotSupported",
    "NotEffectivelyEntitled",
    "RedundantExport",
)
_FOLDED = {code.casefold(): code for code in sorted(KNOWN, key=len)}
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{6,120}")
_LABELLED = re.compile(r"error\s*code\"?\s*[:=]\s*\"?([A-Za-z][A-Za-z0-9_]{3,120})", re.IGNORECASE)
# "SomethingNew: …" or nothing but "SomethingNew": a code that is in no table.
_LEADING = re.compile(r"\s*([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*){1,20})\s*(?::|\Z)")
_IN_FRONT = re.compile(r"\s*([A-Z][A-Za-z0-9]{3,120})\s*(?:[:\-–]\s|\Z)")  # "Timeout: …", or nothing but "Conflict"
_LABELS = frozenset({"statuscode", "errorcode", "skipreason", "webresponse", "errormessage"})


@lru_cache(maxsize=512)
def canonical(code: str | None) -> str | None:
    """The longest known code that ``code`` ends with: ContosoEntryConflict → EntryConflict. None: unknown."""
    folded = (code or "").strip().casefold()
    fits = [name for name in _FOLDED if folded.endswith(name)]
    return _FOLDED[max(fits, key=len)] if fits else None


def code_in(words: str) -> str | None:
    """The error code that a text names: labelled, or ending like a known code, or a compound word in front.

    Words of HTTP (Conflict, Unauthorized, …) name a status rather than a code and count only when labelled.
    """
    if labelled := _LABELLED.search(words):
        return labelled.group(1)
    if (in_front := _IN_FRONT.match(words)) and canonical(in_front.group(1)):
        return in_front.group(1)
    for word in _WORD.findall(words):
        known = canonical(word)
        if known and (known not in _STATUS_WORDS or word != known) and _begins_a_word(word, known):
            return str(word)
    leading = _LEADING.match(words)
    return leading.group(1) if leading and leading.group(1).casefold() not in _LABELS else None


_STATUS_WORDS = frozenset(
    [
        "Conflict",
        "TooManyRequests",
        "InternalServerError",
        "MethodNotAllowed",
        "Forbidden",
        "Unauthorized",
        "UnprocessableEntity",
        "NotImplemented",
        "Timeout",
        "BadRequest",
    ]
)


def _begins_a_word(word: str, known: str) -> bool:
    """Whether the known part starts with a capital inside ``word`` ("theimportskipped" is prose, not a code)."""
    return word[len(word) - len(known)].isupper()
