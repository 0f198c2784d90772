"""What stands beside the findings of an answer: the values that mappings would send, and whom else a failure hits."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outlook(StrEnum):
    """What is known about the value of one attribute of the app, the most telling first."""

    EMPTY = "empty"
    NOT_EVALUATED = "not_evaluated"
    VALUE = "value"
    DEFAULT = "default"  # nothing in the directory: the mapping's own default, which counts for a new account alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Projected:
    """One attribute of the app. ``value`` is what would be sent; None unless ``outlook`` is VALUE or DEFAULT."""

    target: str
    outlook: Outlook
    value: str | None = None
    sources: tuple[str, ...] = ()
    expression: str | None = None
    matching: int = 0  # 0: not used to find the account; 1 is tried first
    required: bool = False
    by_microsoft: bool = False  # worked out by Graph, not here


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Other people whom the same failure hit within the last day. ``whole``: no more rows than these were left."""

    others: int
    since: datetime
    whole: bool
