"""The garbage collector, out of the way: a start makes little garbage and much that stays, and a turn must not wait for
a walk through all of that.
"""

import gc

_OFTEN = (20_000, 20, 20)  # new objects until it looks; looks until it looks at older ones too


def rest() -> None:
    """Let it sleep while the service starts: walking through modules takes a sixth of that time."""
    gc.disable()


def settle() -> None:
    """The start is over: what is there stays and is not walked through again; from now on it works, less often.

    Once in a process's life: what is garbage at that moment stays as well.
    """
    if not gc.get_freeze_count():
        gc.freeze()
        gc.set_threshold(*_OFTEN)
    gc.enable()
