"""What became of everything, read from the database, from what people see, and from the company's own log."""

import json
import math
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.channel.wire import THREAD, digest
from bot.outbox import body_of
from bot.seals import FIELD as SEAL
from cards.words import use_language
from dialogs.redraw import Redraw
from provisioning.errors import NotThereError
from provisioning.store.books import PostgresBooks
from provisioning.store.database import open_database
from provisioning.store.queue import Queue
from tests.chaos.channel import Shown
from tests.chaos.people import Person, wish
from tests.chaos.town import DESK
from tests.chaos.trial import AT_ONCE, Trial
from tests.sandbox.company import APP

_TOKEN = re.compile(r"tok\d{4}")
_WORN_OUT = 3  # processes that may die over a message before it is put aside, with an apology


@dataclass
class Report:
    """``wrong`` holds a sentence for everything that must not be."""

    sent: int = 0
    clicks: int = 0
    once: int = 0
    ambiguous: int = 0
    arrived: int = 0  # of these: were shown all the same
    on_their_way: int = 0  # of these: had left their process, and were not shown
    claimed: list[float] = field(default_factory=list)  # s between a kill and the claim of those that had not left it
    put_aside: int = 0  # answered by an apology: too many processes died over them
    lost: int = 0
    duplicates: int = 0
    redelivered: int = 0
    killed: Mapping[str, int] = field(default_factory=dict)
    interrupted: int = 0  # kills that something was under way at
    settled: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def never_sent(self) -> int:
        """Ambiguous ones that had not left their process: it was killed between claiming and calling."""
        return len(self.claimed)

    def __str__(self) -> str:
        kills = ", ".join(f"{number} {moment}" for moment, number in sorted(self.killed.items())) or "none"
        doubt = f"shown {self.arrived}, sent and not shown {self.on_their_way}, never sent {self.never_sent}"
        if self.claimed:
            doubt += f", claimed within {max(self.claimed):.2f} s of a kill"
        return (
            f"sent {self.sent} (+ {self.duplicates} duplicates, {self.redelivered} redeliveries, {self.clicks} clicks)"
            f" · answered once {self.once} · ambiguous {self.ambiguous} ({doubt}) · put aside {self.put_aside}"
            f" · lost {self.lost} · kills: {kills} ({self.interrupted} at work) · settled in {self.settled:.1f} s"
        )


@dataclass(frozen=True)
class _Row:
    """A post in the outbox."""

    seq: int
    conversation: str
    state: str
    sent_id: str | None
    key: str | None
    body: dict[str, Any]
    called: datetime | None  # last claimed

    def shown(self) -> Shown:
        """As it would look."""
        return Shown(self.sent_id or "", self.conversation, self.body)


async def verdict(trial: Trial, *, settled: float) -> Report:
    """Everything that can be said about a trial that has settled."""
    report = Report(
        sent=sum(len(person.said) for person in trial.people),
        clicks=sum(len(person.clicked) for person in trial.people),
        duplicates=trial.post.duplicates,
        redelivered=trial.post.redelivered,
        killed=trial.fleet.killed,
        interrupted=trial.fleet.interrupted,
        settled=settled,
    )
    posts = await _posts(trial)
    for person in trial.people:
        report.wrong += _mixed(person, trial.channel.shown[person.chat.id])
        _answers(person, posts.get(person.chat.id, []), trial, report)
    report.wrong += [line async for line in _inbox(trial)]
    report.wrong += [line async for line in _left_over(trial)]
    report.wrong += [line async for line in _tickets(trial)]
    report.wrong += [line async for line in _promises(trial)]
    report.wrong += [line async for line in _cards(trial)]
    report.wrong += _desk(posts.get(DESK, []), trial.channel.shown[DESK])
    if trial.misdated:
        report.wrong.append(f"{trial.misdated} jobs were due at a time that nobody can have meant")
    if trial.channel.unknown_edits:
        report.wrong.append(f"{trial.channel.unknown_edits} edits of messages that do not exist")
    return report


async def _posts(trial: Trial) -> dict[str, list[_Row]]:
    rows = await trial.database.rows(
        "SELECT seq, conversation, state, sent_id, key, body, called FROM outbox WHERE method = 'post' ORDER BY seq"
    )
    found: dict[str, list[_Row]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(_Row(*row))
    return found


def _mixed(person: Person, shown: Sequence[Shown]) -> Iterator[str]:
    for message in shown:
        for activity in (*message.edits, message.activity):
            if strangers := set(_TOKEN.findall(json.dumps(activity))) - {person.chat.token}:
                yield f"{person.chat.id}: the words of {sorted(strangers)} stand in {message.id}"


def _answers(person: Person, posts: list[_Row], trial: Trial, report: Report) -> None:
    """Each message has one letter, in order; each letter was shown once, or is ambiguous and shown at most once."""
    chat = person.chat.id
    shown, reached, deaths = trial.channel.shown[chat], trial.channel.reached[chat], trial.fleet.deaths
    answers = [row for row in posts if row.key is None]
    for number, said in enumerate(person.said):
        mine = [row for row in answers if said.answered_by(row.shown())]
        seen = [message for message in shown if said.answered_by(message)]
        if len(mine) != 1:
            apology = number < len(answers) and "could not work on your last message" in answers[number].shown().text
            if not mine and apology:
                report.put_aside += 1
                continue
            report.lost += not mine
            report.wrong.append(f"{chat}: {said.text!r} has {len(mine)} letters")
        elif mine[0].state == "ambiguous":
            report.ambiguous += 1
            report.arrived += bool(seen)
            if not seen and any(said.answered_by(message) for message in reached):
                report.on_their_way += 1
            elif not seen:
                report.claimed.append(_from_a_kill(mine[0], deaths))
            if len(seen) > 1:
                report.wrong.append(f"{chat}: {said.text!r}, ambiguous, was shown {len(seen)} times")
        elif mine[0].state != "sent" or len(seen) != 1:
            report.lost += not seen
            report.wrong.append(f"{chat}: {said.text!r} is {mine[0].state} and was shown {len(seen)} times")
        else:
            report.once += 1
    order = [next((n for n, said in enumerate(person.said) if said.answered_by(message)), None) for message in shown]
    known = [number for number in order if number is not None]
    if known != sorted(known):
        report.wrong.append(f"{chat}: answers came in the order {known}")
    report.wrong += _unasked(chat, posts, shown)


def _from_a_kill(row: _Row, deaths: Sequence[datetime]) -> float:
    """Seconds between a letter's claim and the nearest kill; the database ends a statement whose sender has died."""
    called = row.called
    assert called is not None, "what is ambiguous was claimed"
    return min((abs((death - called).total_seconds()) for death in deaths), default=math.inf)


def _unasked(chat: str, posts: list[_Row], shown: Sequence[Shown]) -> Iterator[str]:
    """Everything shown is a letter's; what no ``sent`` letter knows must be one that is ambiguous."""
    known = Counter(row.sent_id for row in posts if row.state == "sent")
    yield from (f"{chat}: {times} letters say that they became {one}" for one, times in known.items() if times > 1)
    loose = [row for row in posts if row.state == "ambiguous"]
    for message in shown:
        if message.id in known:
            continue
        fits = next((row for row in loose if row.shown().text == Shown("", chat, _first(message)).text), None)
        if fits is None:
            yield f"{chat}: {message.id} was shown and no letter knows it: {message.first[:80]!r}"
        else:
            loose.remove(fits)
    for row in posts:
        if row.state not in {"sent", "ambiguous"}:
            yield f"{chat}: letter {row.seq} is {row.state}"


def _first(message: Shown) -> dict[str, Any]:
    return message.edits[0] if message.edits else message.activity


async def _inbox(trial: Trial) -> AsyncIterator[str]:
    """Every message that was acknowledged was kept once and worked on to its end."""
    rows = await trial.database.rows("SELECT activity, kind, state, why, attempts FROM inbox")
    found = Counter(row[0] for row in rows)
    refused = {click.id for person in trial.people for click in person.clicked if click.refused}
    for person in trial.people:
        for activity in [said.id for said in person.said] + [click.id for click in person.clicked]:
            if found[activity] != 1 and not (found[activity] == 0 and activity in refused):
                yield f"{person.chat.id}: an activity stands in the inbox {found[activity]} times"
    for activity, kind, state, why, attempts in rows:
        if state == "waiting":
            yield f"a {kind} still waits: {activity}"
        elif kind != "click" and state == "failed" and attempts <= _WORN_OUT:
            yield f"a {kind} failed: {why}"
    clicks = {row[0]: row for row in rows if row[1] == "click"}
    for person in trial.people:
        for click in person.clicked:
            _, _, state, why, _ = clicks.get(click.id, ("", "", "missing", None, 0))
            answered = [answer for answer in click.answers if answer and not answer["type"].endswith("error")]
            if state == "failed" and answered and "gone" in str(why):  # else bad news followed as a message
                yield f"{person.chat.id}: {click.verb} was promised ({answered[0]['type']}) and given up: {why}"


async def _left_over(trial: Trial) -> AsyncIterator[str]:
    for row in await trial.database.rows(f"SELECT task_name, status, attempts FROM procrastinate_jobs WHERE {AT_ONCE}"):
        yield f"work is left over: {row}"
    for row in await trial.database.rows("SELECT id, state FROM cases WHERE waiting"):
        yield f"a case still waits: {row}"
    for row in await trial.database.rows(
        "SELECT method, state FROM outbox WHERE state IN ('pending', 'sending', 'failed')"
    ):
        yield f"a letter is left over: {row}"


async def _tickets(trial: Trial) -> AsyncIterator[str]:
    """One for each wish and one for each case that was handed over."""
    rows = await trial.database.rows("SELECT document ->> 'question', case_id FROM tickets")
    wishes = Counter(question for question, case_id in rows if case_id is None)
    for person in trial.people:
        words = wish(person.chat).partition(": ")[2]
        asked = any(said.text == wish(person.chat) for said in person.said)
        if wishes.pop(words, 0) != int(asked):
            tickets = [row for row in rows if row[0] == words]
            yield f"{person.chat.id}: {len(tickets)} tickets for one wish"
    for words, times in wishes.items():
        yield f"{times} tickets for {words!r}, which nobody wished"
    for case_id, times in Counter(case_id for _, case_id in rows if case_id is not None).items():
        if times > 1:
            yield f"case {case_id} has {times} tickets"


async def _promises(trial: Trial) -> AsyncIterator[str]:
    """At most one call for each promise, by our audit and by the company's own log."""
    lines = await trial.database.rows("SELECT facts ->> 'person', what FROM audit WHERE about LIKE 'case:%%'")
    promised = Counter(person for person, what in lines if what == "promised")
    calling = Counter(person for person, what in lines if what == "calling")
    log = trial.company._stage.world.apps[APP].log
    called = Counter(row["sourceIdentity"]["id"] for row in log)
    for person in calling | called:
        if max(calling[person], called[person]) > promised[person]:
            yield f"{person}: {promised[person]} promises, {calling[person]} calls begun, {called[person]} calls made"


async def _cards(trial: Trial) -> AsyncIterator[str]:
    """Every card that the desk knows to stand somewhere looks as if it were drawn now."""
    places = await trial.database.rows(
        "SELECT p.conversation, p.activity, p.about, p.voice, c.locale FROM places p JOIN conversations c"
        " ON c.id = p.conversation"
    )
    known = {(conversation.partition(THREAD)[0], activity) for conversation, activity, *_ in places}
    rows = await trial.database.rows(
        "SELECT conversation, sent_id, about FROM outbox WHERE method = 'post' AND state = 'sent' AND about IS NOT NULL"
    )
    for conversation, activity, about in rows:
        if (conversation, activity) not in known:
            yield f"{conversation}: {activity} shows {about}, and the desk has forgotten it"
    async with open_database(trial.database.url) as pool:
        redraw = Redraw(PostgresBooks(pool, Queue(pool)))
        for conversation, activity, about, voice, locale in places:
            kind, _, key = about.partition(":")
            if kind not in {"case", "ticket"}:  # a feature's, which only the running desk can draw
                continue
            with use_language(locale):
                try:
                    reply = await (redraw.case(key, voice) if kind == "case" else redraw.ticket(int(key), voice))
                except NotThereError:
                    yield f"{conversation}: {activity} shows {about}, which does not exist"
                    continue
                except ValueError as problem:
                    yield f"{conversation}: {activity} shows {about}, which cannot be drawn: {problem}"
                    continue
            message = trial.channel.message(activity)
            if message is None:
                yield f"{conversation}: {activity} shows {about}, and was never shown"
            elif digest(_unsealed(message.activity)) != digest(body_of(reply)):
                yield f"{conversation}: {activity} shows an old {about}: {message.text[:90]!r}"


def _unsealed(part: Any) -> Any:
    """A message as it was drawn: seals are put on its buttons where it leaves, and tell the moment."""
    if isinstance(part, list):
        return [_unsealed(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: _unsealed(value) for name, value in part.items() if name != SEAL}


def _desk(posts: list[_Row], shown: Sequence[Shown]) -> Iterator[str]:
    """The helpdesk's channel has one card for each ticket."""
    yield from _unasked(DESK, posts, shown)
    heads = Counter(message.first.partition(":")[0] for message in shown if message.first.startswith("SD-"))
    yield from (f"the helpdesk was told of {ticket} {times} times" for ticket, times in heads.items() if times > 1)
