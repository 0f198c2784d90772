"""Where a process's CPU goes: its main thread's stack, noted after every millisecond of CPU that it
used (every 4 ms where the kernel's clock is no finer).

Unlike a tracing profiler it does not slow down code that calls much, so the shares are true.
"""

import json
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_EVERY = 0.001  # s of CPU
_DEEPEST = 60

Stack = tuple[str, ...]  # innermost first, each ``file.py:function``


class Sampler:
    """Counts stacks."""

    def __init__(self) -> None:
        self.stacks: Counter[Stack] = Counter()

    @classmethod
    @contextmanager
    def to(cls, path: str | None) -> Iterator[None]:
        """Sample during the block and write the counts; nothing for None. Begins anew at SIGUSR1."""
        if path is None:
            yield
            return
        sampler = cls()
        signal.signal(signal.SIGPROF, sampler.note)
        signal.signal(signal.SIGUSR1, lambda *_: sampler.stacks.clear())
        signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            Path(path).write_text(json.dumps([[list(stack), hits] for stack, hits in sampler.stacks.items()]))

    def note(self, number: int, frame: FrameType | None) -> None:
        """One sample."""
        stack: list[str] = []
        while frame is not None and len(stack) < _DEEPEST:
            stack.append(_name(frame))
            frame = frame.f_back
        self.stacks[tuple(stack)] += 1


def read(path: Path) -> Counter[Stack]:
    """What a process wrote."""
    return Counter({tuple(stack): hits for stack, hits in json.loads(path.read_text())})


def _name(frame: FrameType) -> str:
    parts = Path(frame.f_code.co_filename).parts
    return f"{'/'.join(parts[-3:])}:{frame.f_code.co_name}"
