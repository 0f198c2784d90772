"""What can be made to go wrong while the company plays."""

from typing import Annotated, Any, Literal

import msgspec

from sandbox.file.base import Strict, Text


class Failure(Strict):
    """One entry of failNext: the next `times` calls to a path are refused in these words."""

    path: str
    method: Text = None
    status: int = 503
    times: int = 1
    retry_after: float | None = None
    code: Text = None
    message: Text = None
    body: Any = None


class Faults(Strict):
    latency_ms: Annotated[float, msgspec.Meta(ge=0)] = 0
    log_lag_seconds: Annotated[float, msgspec.Meta(ge=0)] = 0
    directory_lag_seconds: Annotated[float, msgspec.Meta(ge=0)] = 0
    assignment_lag_seconds: Annotated[float, msgspec.Meta(ge=0)] = 0
    throttle_every: Annotated[int, msgspec.Meta(ge=0)] = 0
    fail_next: list[Failure] = msgspec.field(default_factory=list)
    on_demand_shape: Literal["A", "B"] = "B"
    token_lifetime_seconds: Annotated[int, msgspec.Meta(ge=1)] = 3599
