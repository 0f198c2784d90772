"""Whether somebody fails for the reason that was named: "because of mail", "missing first name". Pure."""

from provisioning.model import Diagnosis, Finding

# Words of people for what Graph calls otherwise; they stand in for the reason's own.
_ALSO = {
    "mail": "mail email e-mail address emails",
    "givenName": "first name given name forename vorname",
    "surname": "last name surname family name nachname",
    "displayName": "display name name",
    "department": "department abteilung",
    "userPrincipalName": "upn user principal name login sign-in name username",
    "missing_attribute": "empty missing value attribute blank mandatory required",
    "value_taken_in_app": "conflict duplicate taken exists already twice",
    "filtered_out": "scope scoping filter",
    "not_assigned": "assignment unassigned",
    "job_quarantined": "quarantine credentials",
    "account_disabled": "disabled account blocked",
    "unknown_code": "unknown error",
}
_IDLE = frozenset(
    "the a an of is are was were has have had no not in on for to their his her it its and or with because due "  # noqa: SIM905
    "since reason error errors problem who which that fail fails failed failing".split()
)


def fails_because(words: str, diagnosis: Diagnosis) -> bool:
    """Whether every telling word of ``words`` is about one of the reasons; without any, everybody fits."""
    wanted = [word for word in _words(words) if word not in _IDLE]
    row = diagnosis.last_event
    reasons = [_said(finding) for finding in diagnosis.findings]
    if row is not None and row.error is not None:
        error = row.error
        told = [error.code or "", error.scim_type or "", error.detail or "", *error.attributes]
        reasons.append(_with_synonyms([*told, *(name for name in error.attributes)]))
    return any(all(_is_about(word, reason) for word in wanted) for reason in reasons)


def _said(finding: Finding) -> set[str]:
    values = [one for fact in finding.facts.values() for one in (fact if isinstance(fact, tuple) else (fact,))]
    return _with_synonyms([finding.cause.value, *values])


def _with_synonyms(told: list[str]) -> set[str]:
    also = [_ALSO[one] for one in told if one in _ALSO]
    return {word for one in [*told, *also] for word in (*_words(one), one.casefold())}


def _is_about(word: str, reason: set[str]) -> bool:
    return any(word == one or (len(word) > 3 and (word in one or (len(one) > 3 and one in word))) for one in reason)


def _words(text: str) -> list[str]:
    plain = "".join(c if c.isalnum() else " " for c in text.casefold())
    return plain.split()
