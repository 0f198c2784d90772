"""A machine's clock that is wrong by as much as a trial wants; the database's and Graph's stay right.

Only wall clocks jump. The monotonic one, which waits are measured by, does not on a real machine either.
"""

import ctypes
import gc
import time
from datetime import UTC, datetime, timedelta, tzinfo

_right = time.time
_right_now = datetime.now
_off = 0.0  # s


def jump(seconds: float) -> None:
    """From now on every wall clock of this process is ``seconds`` ahead (behind, if negative) of the right time."""
    global _off
    _off = seconds


def make_movable() -> None:
    """Before anything of ours is imported: it may keep one of the functions by another name."""
    time.time = _seconds
    time.time_ns = lambda: int(_seconds() * 1e9)
    # datetime's methods cannot be set, and a class of our own in its place would be no datetime to C code.
    (methods,) = (one for one in gc.get_referents(datetime.__dict__) if isinstance(one, dict))
    methods["now"] = staticmethod(_now)
    methods["utcnow"] = staticmethod(lambda: _now(UTC).replace(tzinfo=None))
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime))


def _seconds() -> float:
    return _right() + _off


def _now(tz: tzinfo | None = None) -> datetime:
    return _right_now(tz) + timedelta(seconds=_off)
