"""Something that the desk can do beside explaining, brought along whole: its conversations, buttons and drawings.

``bot/app.py`` makes the features and hands them to the conversations, the redrawing and the queue. Which verbs change
something stands in ``dialogs.clicks.CHANGING`` all the same: seals have to know it before anything is built.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from dialogs.asking import Conversation
from dialogs.meaning import Intent
from dialogs.talk import Click, Reply

Button = Callable[[Click], Awaitable[Reply]]
Draw = Callable[[str, str], Awaitable[Reply]]  # of a key and a voice; NotThereError if the thing is gone
Work = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One feature.

    ``drawings``: by kind, where ``about`` of a reply is ``<kind>:<key>``; what changes such a thing queues
    ``provisioning.casework.records.SHOW`` with ``about``, and every place that shows it is edited. ``work``:
    background work by its name in the queue; ``rounds``: work without arguments that comes round by itself, once
    across all replicas.
    """

    conversations: Mapping[Intent, Conversation] = field(default_factory=dict)
    buttons: Mapping[str, Button] = field(default_factory=dict)
    drawings: Mapping[str, Draw] = field(default_factory=dict)
    work: Mapping[str, Work] = field(default_factory=dict)
    rounds: Mapping[str, tuple[timedelta, Work]] = field(default_factory=dict)
