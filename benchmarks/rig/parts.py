"""Names what samples of our process belong to: by duty (what a turn is made of) and by kind (what it costs to do it).

The first name of a list that fits any place on the stack decides, so what is inside something else stands above it.
"""

from collections import Counter
from collections.abc import Mapping

from benchmarks.rig.sampler import Stack

# Name → beginnings of ``folder/file.py:function`` after the top folder.
DUTIES: Mapping[str, tuple[str, ...]] = {
    "database: what is asked together": ("store/lanes.py:_lane",),
    "the buttons' seals": ("bot/seals.py:put_on",),
    "token check": ("bot/channel/auth.py:admit",),
    "read the activity": ("bot/channel/wire.py:read",),
    "inbox: keep": ("bot/inbox.py:keep", "bot/inbox.py:begin"),
    "inbox: take": ("bot/inbox.py:take",),
    "dialog: SDK context, memory, answer": ("bot/thinking.py:think",),
    "commit of the turn": ("bot/turns.py:_one",),
    "outbox: claim": ("bot/outbox.py:claim",),
    "connector: post": ("bot/channel/connector.py:post",),
    "outbox: sent": ("bot/outbox.py:sent",),
    "looks for what is left": ("bot/sender.py:_watch", "bot/turns.py:_watch", "provisioning/store/queue.py:"),
    "HTTP server": ("aiohttp/web_", "aiohttp/http_"),
    "other work of sender and turns": ("bot/",),
}
KINDS: Mapping[str, tuple[str, ...]] = {
    "JSON": ("json/",),
    "signature": ("jwt/",),
    "database: try a connection before use": ("psycopg_pool/pool_async.py:check_connection",),
    "database: BEGIN and COMMIT": ("psycopg/transaction.py:",),
    "database: lend and take back": ("psycopg_pool/",),
    "database: statements": ("psycopg/", "psycopg_binary/"),
    "HTTP": ("aiohttp/",),
    "SDK": ("botbuilder/",),
    "our own code": ("bot/", "dialogs/", "provisioning/"),
}
_REST = "event loop and the rest"


def name_of(stack: Stack, names: Mapping[str, tuple[str, ...]]) -> str:
    """The name in ``names`` that the stack belongs to."""
    places = [f"/{place}" for place in stack]
    for name, pieces in names.items():
        if any(f"/{piece}" in place for piece in pieces for place in places):
            return name
    return _REST


def parts_table(stacks: Counter[Stack], cpu: float) -> str:
    """Both partitions by their share, in ms of a turn that takes ``cpu`` seconds."""
    total = sum(stacks.values()) or 1
    lines = [f"One turn of ours: {cpu * 1000:.2f} ms of CPU ({total} samples)"]
    for title, names in (("by duty", DUTIES), ("by kind", KINDS)):
        found: Counter[str] = Counter()
        for stack, hits in stacks.items():
            found[name_of(stack, names)] += hits
        lines.append(f"-- {title}")
        lines += [
            f"{hits / total:6.1%}  {hits / total * cpu * 1000:5.2f} ms  {name}" for name, hits in found.most_common()
        ]
    return "\n".join(lines)
