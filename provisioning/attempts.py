"""What came of an attempt to provision somebody, as a row of the log or an on-demand answer tells it.

Values as in ``model``; ``None`` means that Graph did not say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """Where it went wrong; the middle four are the steps that Graph reports for one person."""

    IDENTITY = "identity"
    JOB = "job"
    ASSIGNMENT = "assignment"
    IMPORT = "import"
    SCOPING = "scoping"
    MATCHING = "matching"
    EXPORT = "export"
    NONE = "none"


class Verdict(StrEnum):
    """How one step went."""

    SUCCESS = "success"
    FAILURE = "failure"
    SKIPPED = "skipped"
    WARNING = "warning"
    UNKNOWN = "unknown"  # not reached, or Graph did not say


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """One step as Graph reported it, or (``predicted``) as today's data would make it go."""

    step: Step  # IMPORT, SCOPING, MATCHING or EXPORT
    verdict: Verdict
    text: str | None = None  # Graph's own description
    details: Mapping[str, str] = field(default_factory=dict)
    predicted: bool = False
    kind: str = ""  # Graph's own type where the step stands for several: export, processing, referenceresolution


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One attribute that was written to the app."""

    attribute: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignError:
    """An error as Microsoft or the app worded it, taken apart."""

    code: str | None
    http: int | None = None  # the app's status, where the text gives one
    scim_type: str | None = None
    detail: str | None = None  # the innermost sentence
    text: str | None = None  # the whole text as it came
    attributes: tuple[str, ...] = ()  # directory names: mail, givenName, surname …
    retried: int | None = None
    next_retry: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """One row of the provisioning log (provisioningObjectSummary)."""

    id: str
    at: datetime
    action: str  # create, update, disable, delete, other …
    verdict: Verdict
    steps: tuple[StepReport, ...] = ()
    error: ForeignError | None = None
    skip_reason: str | None = None
    changes: tuple[Change, ...] = ()
    job_id: str | None = None
    cycle_id: str | None = None
    change_id: str | None = None
    target_id: str | None = None
    target_name: str | None = None
    initiated_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDemandAnswer:
    """What provisionOnDemand said. ``verdict`` is the worst of what it reported; HTTP 200 alone says nothing."""

    verdict: Verdict
    steps: tuple[StepReport, ...] = ()
    error: ForeignError | None = None
    skip_reason: str | None = None
    action: str | None = None
    changes: tuple[Change, ...] = ()
    change_id: str | None = None
    target_id: str | None = None
    readable: bool = True  # False: Graph's answer had no shape that we know; nothing is claimed from it
    request_id: str | None = None
