"""Names the parts of a turn that samples fall into: the innermost place on the stack that belongs to one decides."""

from collections import Counter
from collections.abc import Mapping

from benchmarks.rig.sampler import Stack

# Part → pieces of ``folder/file.py:function``; the first part that a frame fits is taken, innermost frame first.
PARTS: Mapping[str, tuple[str, ...]] = {
    "token check": ("bot/channel/auth.py:admit",),
    "pool: check of each connection": ("psycopg_pool/pool_async.py:check_connection",),
    "pool: lend and take back": ("psycopg_pool/",),
    "BEGIN and COMMIT": ("psycopg/transaction.py:", "psycopg/_transaction"),
    "outbox: add (in the turn's commit)": ("bot/outbox.py:add",),
    "inbox: keep": ("bot/inbox.py:keep",),
    "inbox: take": ("bot/inbox.py:take",),
    "inbox: commit": ("bot/inbox.py:commit",),
    "outbox: claim": ("bot/outbox.py:claim",),
    "outbox: sent": ("bot/outbox.py:sent",),
    "sweeps": ("bot/sender.py:_look", "bot/sender.py:_watch", "bot/turns.py:_watch", "provisioning/store/queue.py:"),
    "connector: post": ("bot/channel/connector.py:",),
    "read the activity": ("bot/channel/wire.py:read",),
    "SDK context, memory, conversation": ("bot/channel/adapter.py:", "bot/state.py:", "bot/turns.py:_hear"),
    "other work of a turn": ("bot/turns.py:", "bot/sender.py:", "bot/inbox.py:", "bot/outbox.py:"),
    "HTTP server": ("aiohttp/web_protocol.py:", "aiohttp/web_", "aiohttp/http_"),
}


def part_of(stack: Stack) -> str:
    """The part's name."""
    for place in stack:
        for name, pieces in PARTS.items():
            if any(piece in place for piece in pieces):
                return name
    return "event loop and the rest"


def parts_table(stacks: Counter[Stack], cpu: float) -> str:
    """Parts by their share, in ms of a turn that takes ``cpu`` seconds."""
    total = sum(stacks.values()) or 1
    parts: Counter[str] = Counter()
    for stack, hits in stacks.items():
        parts[part_of(stack)] += hits
    lines = [f"One turn of ours: {cpu * 1000:.2f} ms of CPU ({total} samples)"]
    lines += [f"{hits / total:6.1%}  {hits / total * cpu * 1000:5.2f} ms  {name}" for name, hits in parts.most_common()]
    return "\n".join(lines)
