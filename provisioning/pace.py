"""Microsoft's pace: five on-demand calls in ten seconds a tenant, so one every 2.2 s, whichever replica makes it.

A burst of five and a pause would be as fast, and met refusals: the window is Microsoft's, not ours to see.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

SPACING = timedelta(seconds=2.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """When one call may go out, by the clock that all replicas share.

    ``ours``: it is reserved and nobody else's; else nothing was reserved, and asking before ``at`` is useless.
    """

    at: datetime
    wait: float  # s from now
    ours: bool = True
