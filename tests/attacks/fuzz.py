"""Random activities against the whole service: ``python -m tests.attacks.fuzz --examples 10000 [--seed N]``.

Each example is a real activity (a message, a click on a card that was shown, an event …) spoiled in a few places, and
sent over HTTP. Nothing of it may be answered 500, end in "something went wrong", or break a turn off in the background.
What is asked to come again (503) comes again, as from Teams, and must be taken then; the report says what for.
"""

import argparse
import asyncio
import copy
import json
import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import psycopg
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from provisioning import errors
from provisioning.store.embedded import running
from provisioning.store.migrations import migrate
from tests.stories.house import House, open_house

T = TypeVar("T")

ALLOWED = {200, 202, 400, 403, 404, 412, 413, 415, 501}
AGAIN = 503  # allowed where the log says what was waited for, and taken when it is delivered again
COME_AGAIN = "the channel is asked to come again"  # stands in such a line
_TOLD = 1000  # activities, after which the run says how far it is
_DELIVERIES = 30  # of one activity; a starved machine may be behind by minutes
FRESH = "one that never came before"  # stands for an id that every example has for itself
ROOMS = 40  # conversations that the examples are spread over
QUESTIONS = (
    "status jose in AskCody",
    "why is Thomas not in ServiceNow",
    "I need a human",
    "failures",
    "health",
    "help",
)
_TRIES = 8  # processes may die over a message three times; then it is put aside
_WAITING = "SELECT attempts, raw FROM inbox WHERE state = 'waiting' ORDER BY attempts DESC LIMIT 1"
_PATIENCE = 600.0  # s until the last turn must have ended
_FINE = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.DeskError)}

# Every character that JSON can carry, NUL and half surrogates too; and what breaks parsers, patterns and columns.
_TEXT = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=40),
    st.sampled_from(["", "\x00", "\ud800", "a" * 600, "\U0001f600" * 300, "null", "<at>", "%s{}\\", "'; --", "\r\n"]),
)  # fmt: skip
_SCALAR = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), _TEXT, st.sampled_from([2**63, -(2**63) - 1, 10**400, 1e308])
)
JSON = st.recursive(
    _SCALAR,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_TEXT, inner, max_size=4)),
    max_leaves=8,
)

Path_ = tuple[Any, ...]


def places(node: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Where something stands in a JSON value."""
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, part in parts:
        yield (*path, key)
        yield from places(part, (*path, key))


def _spoil(activity: dict[str, Any], path: Path_, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    """Do one thing to what stands at ``path``, unless an earlier spoiling took it away."""
    *way, last = path
    node: Any = activity
    try:
        for key in way:
            node = node[key]
        old = node[last]
    except (KeyError, IndexError, TypeError):
        return
    match draw(st.integers(0, 6)):
        case 0:
            del node[last]
        case 1:
            node[last] = [old]
        case 2:
            node[last] = {"x": old}
        case 3 if isinstance(old, str):
            at = draw(st.integers(0, len(old)))
            node[last] = old[:at] + draw(_TEXT) + old[at:]
        case 4 if isinstance(node, dict):
            node[draw(_TEXT)] = old
        case 5 if isinstance(old, dict | list):
            node[last] = type(old)(old) if not isinstance(old, list) else old * draw(st.integers(0, 30))
        case _:
            node[last] = draw(JSON)


@st.composite
def spoiled(draw: Any, seeds: list[dict[str, Any]]) -> bytes:
    """A real activity with up to four spoiled places, as the body of a request."""
    activity = copy.deepcopy(draw(st.sampled_from(seeds)))
    activity["id"] = draw(st.one_of(st.just(FRESH), st.just(FRESH), JSON))
    activity["conversation"]["id"] = f"a:fuzz{draw(st.integers(0, ROOMS - 1))}"
    for path in draw(st.lists(st.sampled_from(list(places(activity))), max_size=4)):
        _spoil(activity, path, draw)
    text = json.dumps(activity, ensure_ascii=draw(st.booleans()))
    return text.encode("utf-8", "surrogatepass")


class Listener(logging.Handler):
    """Keeps what the service says of something that nobody expected, and why it asked the channel to come again."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []
        self.waits: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """A stack in the log of ours, or of the event loop's."""
        if COME_AGAIN in record.getMessage():
            self.waits.append(record.getMessage())
        if record.exc_info and record.name.split(".")[0] in {"bot", "dialogs", "provisioning", "aiohttp", "asyncio"}:
            stack = logging.Formatter().formatException(record.exc_info)
            self.heard.append(f"{record.getMessage()}\n{stack}")


class Target:
    """The sandbox's service in a thread of its own, and what an example does to it."""

    def __init__(
        self, house: House, loop: asyncio.AbstractEventLoop, database_url: str, listener: Listener, wait: float
    ) -> None:
        """``wait``: seconds until an activity that was asked to come again does."""
        self._house = house
        self._loop = loop
        self._database_url = database_url
        self._listener = listener
        self._wait = wait
        self._sent = 0
        self.statuses: Counter[int] = Counter()
        self.seeds: list[dict[str, Any]] = self._run(self._real())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(600)

    def send(self, body: bytes) -> None:
        """One example, again as long as that is asked for; AssertionError when it is answered as nothing may be."""
        self._sent += 1
        if self._sent % _TOLD == 0:
            print(f"{self._sent} activities", flush=True)
        body = body.replace(FRESH.encode(), b"f%d" % self._sent)
        for _ in range(_DELIVERIES):
            before = len(self._listener.waits)
            status, answer = self._run(self._post(body))
            self.statuses[status] += 1
            if status != AGAIN:
                break
            assert len(self._listener.waits) > before, "503, and the log does not say why"
            print(f"activity {self._sent} is to come again: {self._listener.waits[-1]}", flush=True)
            time.sleep(self._wait)
        assert status in ALLOWED, (status, answer, self._listener.waits[-1:])
        assert answer.get("statusCode") != 500, answer

    def settle(self) -> list[str]:
        """Wait for the last turn; messages and clicks that failed for no reason of the desk's."""
        until = time.monotonic() + _PATIENCE
        with psycopg.connect(self._database_url, autocommit=True) as database:
            while waiting := database.execute(_WAITING).fetchone():
                if waiting[0] > _TRIES or time.monotonic() > until:
                    return [f"a turn that never ends, tried {waiting[0]} times: {str(waiting[1])[:2000]}"]
                time.sleep(0.1)
            rows = database.execute("SELECT why, count(*) FROM inbox WHERE state = 'failed' GROUP BY why").fetchall()
        return [f"{number} × {why}" for why, number in rows if why.split(":")[0] not in _FINE | {"StrangerError"}]

    async def _post(self, body: bytes) -> tuple[int, dict[str, Any]]:
        headers = {"Content-Type": "application/json"}
        async with self._house.session.post(self._house.teams.bot, data=body, headers=headers) as response:
            text = await response.text()
            assert response.status != AGAIN or "Retry-After" in response.headers
            found = json.loads(text) if response.content_type == "application/json" else {}
            return response.status, found if isinstance(found, dict) else {}

    async def _real(self) -> list[dict[str, Any]]:
        """Activities of every kind as Teams sends them; clicks on the buttons of cards that stand in the chat."""
        teams, aisha = self._house.teams, self._house.person("aisha")
        usual = teams._activity(aisha, "a:fuzz", "personal") | {"channelData": {"tenant": {"id": teams.tenant_id}}}
        us = usual["recipient"]
        bodies: list[dict[str, Any]] = []
        mention = {"type": "mention", "mentioned": us, "text": "<at>Sync Desk</at>"}
        for text in QUESTIONS:
            shown = await teams.say(aisha, text)
            bodies.append({"type": "message", "text": text, "entities": [], "attachments": []})
            for button in shown.buttons.values() if shown.verbs else ():
                action = {"type": "Action.Execute", "verb": button["verb"], "data": button.get("data", {})}
                value = {"action": action, "trigger": "manual"}
                bodies.append({"type": "invoke", "name": "adaptiveCard/action", "replyToId": shown.id, "value": value})
        in_channel = {"id": "19:x@thread.tacv2;messageid=1", "conversationType": "channel", "isGroup": True}
        bodies += [
            {"type": "message", "text": "<at>Sync Desk</at> help", "entities": [mention], "conversation": in_channel},
            {"type": "message", "value": {"verb": "refresh"}, "replyToId": "m1"},
            {"type": "message", "text": "status", "deliveryMode": "expectReplies"},
            {"type": "messageUpdate", "text": "help", "channelData": {"eventType": "editMessage"}},
            {"type": "messageDelete", "channelData": {"eventType": "softDeleteMessage"}},
            {"type": "messageReaction", "reactionsAdded": [{"type": "like"}], "replyToId": "m1"},
            {"type": "conversationUpdate", "membersAdded": [us, {"id": "29:new"}]},
            {"type": "conversationUpdate", "membersRemoved": [us]},
            {"type": "installationUpdate", "action": "add"},
            {"type": "installationUpdate", "action": "remove"},
            {"type": "event", "name": "application/vnd.microsoft.readReceipt", "value": {"lastReadMessageId": "1"}},
            {"type": "typing"},
            {"type": "invoke", "name": "task/fetch", "value": {"data": {"msteams": {"type": "task/fetch"}}}},
            {"type": "invoke", "name": "composeExtension/query", "value": {"commandId": "x", "parameters": []}},
            {"type": "invoke", "name": "signin/tokenExchange", "value": {"id": "1", "token": "y"}},
            {"type": "invoke", "name": "fileConsent/invoke", "value": {
                "type": "fileUpload", "action": "accept", "context": {"id": "1", "once": "x", "seal": "9.AAAA"},
                "uploadInfo": {"contentUrl": "https://x.sharepoint.com/", "uploadUrl": "https://x.sharepoint.com/u",
                               "name": "a.csv", "uniqueId": "1", "fileType": "csv"}}},
            {"type": "invoke", "name": "application/search", "value": {"queryText": "jo", "dataset": "people"}},
        ]  # fmt: skip
        found = [copy.deepcopy(usual | body) for body in bodies]
        for activity in found:
            if "channelData" in activity:
                activity["channelData"].setdefault("tenant", {"id": teams.tenant_id})
        return found


@contextmanager
def target(database_url: str, listener: Listener, *, wait: float = 1.0) -> Iterator[Target]:
    """The whole sandbox in a thread; it is closed on leaving."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fuzzed service", daemon=True)
    thread.start()
    house = open_house(database_url, give_files=True)
    try:
        opened = asyncio.run_coroutine_threadsafe(house.__aenter__(), loop).result(60)
        try:
            yield Target(opened, loop, database_url, listener, wait)
        finally:
            asyncio.run_coroutine_threadsafe(house.__aexit__(None, None, None), loop).result(60)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass(frozen=True)
class Outcome:
    """How often which status came, why activities were asked to come again, and everything that nobody expected."""

    statuses: Counter[int]
    waits: Counter[str]
    problems: list[str]


def fuzz(database_url: str, *, examples: int, number: int | None = None) -> Outcome:
    """Send so many. ``number``: the seed; None: always the same examples."""
    listener = Listener()
    logging.getLogger().addHandler(listener)
    found: list[str] = []
    try:
        with target(database_url, listener) as goal:

            def one(body: bytes) -> None:
                goal.send(body)

            chosen = settings(
                max_examples=examples,
                deadline=None,
                database=None,
                derandomize=number is None,
                report_multiple_bugs=False,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            )
            run = chosen(given(spoiled(goal.seeds))(one))
            try:
                (run if number is None else seed(number)(run))()
            except AssertionError as problem:
                found.append("\n".join([str(problem), *getattr(problem, "__notes__", ())]))
            found += goal.settle()
            statuses = goal.statuses
    finally:
        logging.getLogger().removeHandler(listener)
    return Outcome(statuses, Counter(listener.waits), [*found, *listener.heard])


def main() -> int:
    """The long form, on a database of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks.fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    chosen = parser.parse_args()
    began = time.monotonic()
    with (
        TemporaryDirectory(prefix="fuzz-", ignore_cleanup_errors=True) as folder,
        running(Path(folder), durable=False) as server,
    ):
        migrate(server)
        outcome = fuzz(server, examples=chosen.examples, number=chosen.seed)
    took = time.monotonic() - began
    answers = ", ".join(f"{number} × {status}" for status, number in sorted(outcome.statuses.items()))
    print(f"{outcome.statuses.total()} deliveries in {took:.0f} s (seed {chosen.seed}): {answers}")
    for reason, number in outcome.waits.most_common():
        print(f"asked to come again, and taken then: {number} × {reason}")
    for problem, number in Counter(outcome.problems).most_common():
        print(f"\n{number} × {problem}")
    print(f"{len(outcome.problems)} problems")
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
