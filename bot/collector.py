"""The garbage collector, out of the way: a start makes little garbage and much that stays, and a turn must not wait for
a walk through all of that.
"""

import gc

# New objects until it looks: a look at 5,000 stops everybody for some 2 ms, at 20,000 for 13. Looks until it looks at
# older ones too.
_OFTEN = (5_000, 20, 20)


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
