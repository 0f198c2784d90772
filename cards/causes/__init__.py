"""What is said about each cause: one class a cause, a file a family, both voices.

Words only: what is true was decided by the rules. ``meaning`` and ``fix`` serve a pasted error, where no person and
no tenant is known.
"""

from cards._kit import undo_markdown
from cards.causes._seen import Facts, Seen, Sentences, attribute
from cards.causes.assignment import NestedGroupOnly, NotAssigned
from cards.causes.data import FilteredOut, MissingAttribute, Unexplained, UnknownCode, ValueTakenInApp
from cards.causes.identity import AccountDisabled, AmbiguousPerson, NoAccount, SoftDeleted
from cards.causes.job import JobPaused, JobQuarantined, NotConfigured, quarantine_fix, quarantine_reason
from cards.causes.outcome import AwaitingCycle, InSync, Provisioned
from cards.voice import Voice
from provisioning.model import Cause, Diagnosis, Finding

__all__ = ["also", "answer", "attribute", "fix", "meaning", "quarantine_fix", "quarantine_reason", "who"]

_SENTENCES: dict[Cause, Sentences] = {
    Cause.PROVISIONED: Provisioned(),
    Cause.IN_SYNC: InSync(),
    Cause.AWAITING_CYCLE: AwaitingCycle(),
    Cause.NO_ACCOUNT: NoAccount(),
    Cause.AMBIGUOUS_PERSON: AmbiguousPerson(),
    Cause.SOFT_DELETED: SoftDeleted(),
    Cause.ACCOUNT_DISABLED: AccountDisabled(),
    Cause.NOT_CONFIGURED: NotConfigured(),
    Cause.JOB_QUARANTINED: JobQuarantined(),
    Cause.JOB_PAUSED: JobPaused(),
    Cause.NOT_ASSIGNED: NotAssigned(),
    Cause.NESTED_GROUP_ONLY: NestedGroupOnly(),
    Cause.MISSING_ATTRIBUTE: MissingAttribute(),
    Cause.FILTERED_OUT: FilteredOut(),
    Cause.VALUE_TAKEN_IN_APP: ValueTakenInApp(),
    Cause.UNKNOWN_CODE: UnknownCode(),
    Cause.UNEXPLAINED: Unexplained(),
}


def answer(diagnosis: Diagnosis, voice: Voice) -> str:
    """The sentence that leads the card: what is the matter with the root cause."""
    seen = Seen(diagnosis.root, diagnosis)
    words = _SENTENCES[diagnosis.root.cause]
    return words.answer(seen) if voice is Voice.AGENT else words.kind_answer(seen)


def who(diagnosis: Diagnosis, voice: Voice) -> str:
    """Who has to do what, where and when, about the root cause."""
    seen = Seen(diagnosis.root, diagnosis)
    words = _SENTENCES[diagnosis.root.cause]
    return words.who(seen) if voice is Voice.AGENT else words.kind_who(seen)


def also(finding: Finding, diagnosis: Diagnosis) -> str:
    """Another finding, for agents, as part of a sentence."""
    return _SENTENCES[finding.cause].because(Seen(finding, diagnosis))


def meaning(cause: Cause, facts: Facts) -> str:
    """What a cause means, as one sentence of plain text, without knowing the person."""
    return undo_markdown(_SENTENCES[cause].meaning(facts))


def fix(cause: Cause, facts: Facts) -> str:
    """What mends a cause, as one sentence of plain text, without knowing the person."""
    return undo_markdown(_SENTENCES[cause].fix(facts))
