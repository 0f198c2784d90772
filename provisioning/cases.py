"""A case is one question about one person and one app, and what was promised about it.

It survives a restart, so its states are few and each says what a successor has to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from provisioning.attempts import LogEvent, OnDemandAnswer
from provisioning.model import Actor, Diagnosis


class CaseState(StrEnum):
    """The life of a case. Only PROMISED, CALLING and CHECKING have work waiting behind them."""

    LOOKED = "looked"  # answered; nothing was promised
    PROMISED = "promised"  # a click was accepted and its work is queued; Graph has not been called
    CALLING = "calling"  # the on-demand call is (about to be) on its way; a successor looks before it calls
    CHECKING = "checking"  # Graph answered success; the provisioning log does not show it yet
    DONE = "done"  # a success newer than the promise has been seen in the log, or Graph said "already in sync"
    NOT_DONE = "not_done"  # Graph answered: failed or skipped; ``answer`` says why
    REFUSED = "refused"  # the check right before acting said no; ``refusal`` says why; Graph was not called
    UNCERTAIN = "uncertain"  # no usable answer and no trace in the log: nobody knows; look again


WAITING = frozenset({CaseState.PROMISED, CaseState.CALLING, CaseState.CHECKING})


class Refusal(StrEnum):
    """Why the desk does not run on-demand provisioning."""

    NOT_AN_AGENT = "not_an_agent"  # the actor's role does not allow it (any more)
    NO_LONGER_THERE = "no_longer_there"  # the person or the app is gone
    NOT_ASSIGNED = "not_assigned"  # on-demand would disable the person's account in the app
    NOT_ENTITLED = "not_entitled"  # assigned with a role that entitles to nothing there: the same
    FILTERED_OUT = "filtered_out"  # out of the job's scope: on-demand would disable the account as well
    ACCOUNT_DISABLED = "account_disabled"  # the directory account is disabled or deleted: nothing would happen
    JOB_QUARANTINED = "job_quarantined"  # Graph refuses on-demand calls of a quarantined job
    JOB_NOT_CONFIGURED = "job_not_configured"
    JOB_PAUSED = "job_paused"  # somebody stopped the job on purpose
    MUST_BE_STOPPED = "must_be_stopped"  # the connector works by consent: Graph wants its job stopped first
    NO_RULE = "no_rule"  # the job's schema has no rule that supports on-demand provisioning
    NOT_READABLE = "not_readable"  # a fact that the check needs could not be read: not acting is the safe side
    ALREADY_RUNNING = "already_running"  # somebody else's promise for this person and app is under way
    LEFT_THE_GROUP = "left_the_group"  # not a member any more of the group that is being provisioned


class Trouble(StrEnum):
    """What stood in the way of a promise beside what Graph answered. ``Case.told`` holds what others said about it."""

    BUSY = "busy"  # Graph could not take it, and did not say why
    THROTTLED = "throttled"  # 429: too many calls
    CONFLICT = "conflict"  # 409, 423: something else is changing the job or the person
    DOWN = "down"  # 503, or out of reach
    NOT_TAKEN = "not_taken"  # Graph refused the run, with a code that has no words of its own here
    UNKNOWN_CALLER = "unknown_caller"  # 401: not an owner, a token older than a right, or a job in quarantine
    FORBIDDEN = "forbidden"  # 403: the permission is missing
    GONE = "gone"  # 404: the job, the person or the app is not there any more
    NO_CREDENTIALS = "no_credentials"  # CredentialsMissing: nobody has saved the app's credentials
    BAD_CREDENTIALS = "bad_credentials"  # …InvalidCredentials: the app does not take them (any more)
    NOT_FITTING = "not_fitting"  # RequestParameterInvalid: the rule is gone, or the job has to be stopped first
    NO_ANSWER = "no_answer"  # the call was sent, and 5xx or nothing came back: the log is being looked at
    TOO_EARLY = "too_early"  # the run did not know yet what was just changed; another follows at ``again_at``
    NOT_SHOWN_YET = "not_shown_yet"  # filled in; Graph still gives the old value, and is asked again
    NOT_SHOWN = "not_shown"  # the same after all that time: nobody was called
    NOT_FILLED = "not_filled"  # the directory did not take what was to be filled in
    CALLED_OFF = "called_off"  # ``told`` is the name of who called off what had not been sent yet
    TOOK_AWAY = "took_away"  # the run disabled or removed the account: the person is out of the job's scope
    LOG_FAILED = "log_failed"  # no usable answer came, and the log shows that it did not succeed
    LOG_DIFFERS = "log_differs"  # Graph answered success, and the log shows something else after it
    NO_TRACE = "no_trace"  # it may have been called; no answer came, and the log shows nothing
    NO_PROOF = "no_proof"  # Graph answered success; the log has not shown it in time
    LOG_UNREADABLE = "log_unreadable"  # the log may not be read, so nothing can be proven
    HELD = "held"  # ``told`` is the name of who has started it already
    FAULT = "fault"  # the desk itself could not work on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """What is to be filled in before the run. Written ahead: ``begun`` before the directory is changed, ``at`` after.

    ``found``: somebody else had filled it in meanwhile, and nothing was written.
    """

    values: Mapping[str, str]  # by Graph's names
    why: str
    begun: bool = False
    at: datetime | None = None  # Graph's clock
    found: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question and its answer. ``version`` grows by one with every write; a write of an older one is refused."""

    id: str  # UUID; unguessable, but never a permission
    version: int
    actor: Actor  # who asked
    question: str
    origin: str  # where the answer belongs (opaque here)
    state: CaseState
    diagnosis: Diagnosis
    created: datetime
    updated: datetime
    promised_by: Actor | None = None
    promised_at: datetime | None = None  # Graph's clock: only log rows after it prove anything
    answer: OnDemandAnswer | None = None
    proof: LogEvent | None = None  # the log row that shows the success
    refusal: Refusal | None = None
    called_at: datetime | None = None  # Graph's clock right before the call: only a failure after it is the call's
    trouble: str | None = None  # a Trouble's value; in cases of the first desks a sentence
    told: str | None = None  # the other side's own words about the trouble
    ticket: int | None = None
    wish: bool = False  # it was asked for with the wish to provision, so the card leads with whether that can be done
    anyway: bool = False  # who clicked knows that the run may be useless; it hurts nobody
    tries: int = 0  # runs of this promise that came too early
    again_at: datetime | None = None  # Graph's clock: when the second run starts by itself
    may_fill: bool = False  # whoever asked may fill in what is empty
    fill: Fill | None = None
    lacking: tuple[str, ...] | None = None  # the account is there, and these references of it are not; (): some

    @property
    def waiting(self) -> bool:
        """Whether work is under way. A check of the log that gave up (``trouble`` says so) holds nobody up."""
        return self.state in WAITING and not (self.state is CaseState.CHECKING and self.trouble)
