"""Microsoft's request limits, counted per client on the machine's own clock."""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable

from sandbox.errors import GraphRefusalError

WINDOW = 10.0  # seconds
LIMITS = {"provisionOnDemand": 5, "auditLogs": 5}  # requests in a window


class Limits:
    """A sliding window for each client and each limited kind of call."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._calls: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def check(self, client_id: str, kind: str) -> None:
        """Count a call, or raise 429 with Retry-After in whole seconds. Refused calls are not counted."""
        calls, now = self._calls[client_id, kind], self._clock()
        while calls and calls[0] <= now - WINDOW:
            calls.popleft()
        if len(calls) >= LIMITS[kind]:
            wait = max(1, math.ceil(calls[0] + WINDOW - now))
            raise too_many(wait)
        calls.append(now)


def too_many(wait: float) -> GraphRefusalError:
    return GraphRefusalError(
        429,
        "TooManyRequests",
        "Too many requests. Please retry after the time given in the Retry-After header.",
        headers={"Retry-After": f"{wait:g}"},
    )
