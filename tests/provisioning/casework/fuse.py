"""A process that is gone at a step of somebody's choice, for tests that kill at every one of them."""

from dataclasses import dataclass


class Crash(BaseException):
    """The process is gone: nothing catches this."""


@dataclass(slots=True)
class Fuse:
    """Kills at the ``left``-th step from now; None: never. ``steps`` names what was passed."""

    left: int | None
    steps: list[str]

    def __call__(self, step: str) -> None:
        self.steps.append(step)
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                raise Crash(step)
