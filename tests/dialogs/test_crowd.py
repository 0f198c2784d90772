"""Lists of people in a conversation: what a message brings, whom it may be brought by, what the buttons do."""

from dataclasses import replace
from typing import Any

import pytest

from dialogs.asking import Ask
from dialogs.brought import Brought, brought_by
from dialogs.clicks import CHANGING
from dialogs.crowd import CrowdDesk, is_surely_called
from dialogs.talk import Click, File, Seal
from provisioning.crowds import MOST, Crowd, CrowdState, Leftovers, Member, MemberState, Progress
from provisioning.errors import NotAllowedError, NotThereError, RefusedError
from provisioning.model import Actor, App
from provisioning.permissions import may_provision
from tests.dialogs.desk import AISHA, APPS, NOW, OLLE, PEOPLE, Desk


class Crowds:
    """Use cases that remember what they were told."""

    def __init__(self) -> None:
        self.opened: list[dict[str, Any]] = []
        self.did: list[tuple[Any, ...]] = []
        self.crowd: Crowd | None = None
        self.leftovers: tuple[Leftovers, ...] = ()
        self.counts = {MemberState.WAITING: 28, MemberState.FAILED: 2}

    async def open(self, actor: Actor, **told: Any) -> Progress:
        self.opened.append(told)
        state = CrowdState.READY if told["app"] else CrowdState.NAMELESS
        told = {name: told[name] for name in ("origin", "words", "app", "failing", "because")}
        self.crowd = Crowd(number=7, version=1, state=state, actor=actor, created=NOW, **told)
        return self._progress()

    async def choose_app(self, actor: Actor, number: int, app: App, *, version: int | None = None) -> Progress:
        return self._turn("app", CrowdState.READY, app=app)

    async def start(self, actor: Actor, number: int, version: int, *, everybody: bool = False) -> Progress:
        self.did.append(("start", everybody))
        return self._turn("start", CrowdState.RUNNING, version)

    async def pause(self, actor: Actor, number: int, version: int) -> Progress:
        return self._turn("pause", CrowdState.PAUSED, version)

    async def resume(self, actor: Actor, number: int, version: int) -> Progress:
        return self._turn("resume", CrowdState.RUNNING, version)

    async def stop(self, actor: Actor, number: int, version: int) -> Progress:
        return self._turn("stop", CrowdState.STOPPED, version)

    def end(self) -> None:
        """Everybody has an end."""
        self.counts = {MemberState.DONE: 18, MemberState.LEFT_OUT: 10, MemberState.FAILED: 2}
        self._turn("end", CrowdState.FINISHED)

    async def progress(self, actor: Actor, number: int) -> Progress:
        if not may_provision(actor):
            raise NotAllowedError("Only the helpdesk may provision.")
        return await self.drawn(number)

    async def drawn(self, number: int) -> Progress:
        if number != 7:
            raise NotThereError("There is no such crowd.")
        return self._progress()

    async def members(self, actor: Actor, number: int, *, skip: int, most: int) -> list[Member]:
        return [_member(place) for place in range(1, 31)][skip : skip + most]

    async def group(self, actor: Actor, number: int, why: str, fact: str) -> list[Member]:
        return [replace(_member(n), state=MemberState.FAILED, why=why, fact=fact) for n in (1, 2)]

    async def handed_over(self, actor: Actor, number: int, group: str, ticket: int) -> Progress:
        self.did.append(("handed over", group, ticket))
        assert self.crowd is not None
        self.crowd = replace(self.crowd, tickets={**self.crowd.tickets, group: ticket})
        return self._progress()

    async def newest(self, actor: Actor) -> list[Crowd]:
        return [self.crowd] if self.crowd else []

    def _turn(self, what: str, state: CrowdState, version: int | None = None, **changes: Any) -> Progress:
        assert self.crowd is not None
        if version in {None, self.crowd.version}:
            self.did.append((what,))
            self.crowd = replace(self.crowd, state=state, version=self.crowd.version + 1, **changes)
        return self._progress()

    def _progress(self) -> Progress:
        assert self.crowd is not None
        return Progress(crowd=self.crowd, counts=self.counts, leftovers=self.leftovers, as_of=NOW)


class Files:
    async def read(self, file: File) -> str:
        return file.text


class Tickets:
    def __init__(self) -> None:
        self.opened: list[dict[str, Any]] = []

    async def open_about(self, actor: Actor, **told: Any) -> Any:
        self.opened.append(told)

        class Opened:
            number = 1000 + len(self.opened)

        return Opened


def _member(place: int) -> Member:
    return Member(
        crowd=7,
        place=place,
        person_id=f"p-{place}",
        name=f"Person {place}",
        upn=f"p{place}@x.example",
        state=MemberState.WAITING,
    )


class Offers:
    """Keeps what was offered."""

    def __init__(self) -> None:
        self.made: dict[str, tuple[str, str, int, int]] = {}

    async def offer(self, actor: Actor, conversation: str, crowd: Crowd, *, size: int, once: str) -> bool:
        new = once not in self.made
        self.made.setdefault(once, (actor.id, conversation, crowd.number, size))
        return new


class Together:
    """The desk of the other tests, with crowds."""

    def __init__(self, *, gives: bool = True) -> None:
        self.crowds, self.tickets, self.offers = Crowds(), Tickets(), Offers()
        self.desk = Desk()
        self.crowd_desk = CrowdDesk(
            tenant=self.desk.tenant,
            crowds=self.crowds,
            tickets=self.tickets,
            files=Files(),
            offers=self.offers if gives else None,
        )
        self.desk.use(self.crowd_desk.feature())

    async def press(
        self, verb: str, *, by: Actor = AISHA, seal: Seal = Seal.GOOD, kind: str = "personal", **data: Any
    ) -> Any:
        click = Click(verb=verb, data=data, actor=by, conversation="19:here", kind=kind, seal=seal)
        return await self.desk.conversations.click(click)


@pytest.fixture
def together() -> Together:
    return Together()


PASTED = "provision these in AskCody:\njose@fabrikam.example\nolle@fabrikam.example"


async def test_a_pasted_list_becomes_one_card_with_a_button_and_nothing_is_started(together: Together) -> None:
    answer = await together.desk.ask(PASTED)
    assert together.crowds.opened[0]["words"] == ("jose@fabrikam.example", "olle@fabrikam.example")
    assert together.crowds.opened[0]["app"] == APPS[0]
    assert together.crowds.did == []
    assert answer.about == "crowd:7"
    assert "crowd_start" in answer.verbs


async def test_several_named_in_one_sentence_are_a_list_too(together: Together) -> None:
    await together.desk.ask("provision José and olle in Zoom")
    assert set(together.crowds.opened[0]["words"]) == {"José", "olle"}


async def test_every_button_that_changes_something_has_to_be_sealed(together: Together) -> None:
    (feature,) = together.desk.features
    assert set(feature.buttons) - CHANGING == {"crowd_people", "crowd_csv"}


async def test_one_person_is_no_crowd(together: Together) -> None:
    await together.desk.ask("provision José in Zoom")
    assert together.crowds.opened == []


async def test_a_word_that_nobody_is_called_makes_no_crowd(together: Together) -> None:
    await together.desk.ask("does jose know blorp in zoom")
    assert together.crowds.opened == []


async def test_only_the_helpdesk_brings_lists(together: Together) -> None:
    answer = await together.desk.ask(PASTED, by=OLLE)
    assert together.crowds.opened == []
    assert "Only the helpdesk may provision people" in answer.words


async def test_without_an_app_it_is_asked_for_and_the_list_waits(together: Together) -> None:
    answer = await together.desk.ask("provision these:\njose@fabrikam.example\nolle@fabrikam.example")
    assert "In which app" in answer.words
    again = await together.desk.ask("Zoom")
    assert together.crowds.did == [("app",)]
    assert again.about == "crowd:7"


async def test_the_apps_button_does_the_same(together: Together) -> None:
    answer = await together.desk.ask("provision these:\njose@fabrikam.example\nolle@fabrikam.example")
    (data,) = [a["data"] for a in answer.actions if a.get("verb") == "crowd_app" and a["title"] == "Zoom"]
    await together.press("crowd_app", **data)
    assert together.crowds.crowd is not None
    assert together.crowds.crowd.app == APPS[1]


async def test_everybody_who_fails_for_a_reason(together: Together) -> None:
    await together.desk.ask("provision everybody who fails in AskCody because of the missing mail")
    told = together.crowds.opened[0]
    assert (told["failing"], told["because"], told["words"]) == (True, "the missing mail", ())


async def test_a_wish_without_a_list_is_told_how_to_bring_one(together: Together) -> None:
    answer = await together.desk.ask("bulk")
    assert "Who is to be provisioned?" in answer.words
    assert together.crowds.opened == []


async def test_a_list_that_is_too_long_is_refused_with_its_length(together: Together) -> None:
    many = "\n".join(f"p{n}@x.example" for n in range(MOST + 1))
    answer = await together.desk.ask(f"provision these in Zoom:\n{many}")
    assert f"{MOST + 1} people" in answer.words
    assert together.crowds.opened == []


async def test_an_attached_list_needs_no_more_words_than_the_app(together: Together) -> None:
    file = File(name="people.csv", text="mail,name\njose@fabrikam.example,José\nolle@fabrikam.example,Olle")
    await together.desk.ask("AskCody", files=(file,))
    assert together.crowds.opened[0]["words"] == ("jose@fabrikam.example", "olle@fabrikam.example")


async def test_a_list_attached_without_a_word_is_asked_about(together: Together) -> None:
    file = File(name="people.csv", text="mail\njose@fabrikam.example\nolle@fabrikam.example")
    answer = await together.desk.ask("", files=(file,))
    assert "In which app" in answer.words


async def test_buttons_turn_the_crowd_once(together: Together) -> None:
    await together.desk.ask(PASTED)
    started = await together.press("crowd_start", id="7", version=1)
    assert (started.about, started.note) == ("crowd:7", "")
    late = await together.press("crowd_stop", id="7", version=1)
    assert late.note
    await together.press("crowd_pause", id="7", version="2")
    await together.press("crowd_resume", id="7", version=3)
    await together.press("crowd_stop", id="7", version=4)
    assert together.crowds.did == [("start", False), ("start",), ("pause",), ("resume",), ("stop",)]


async def test_those_whom_it_cannot_harm_are_called_when_the_button_says_so(together: Together) -> None:
    await together.desk.ask(PASTED)
    await together.press("crowd_start", id="7", version=1, everybody="yes")
    assert together.crowds.did[0] == ("start", True)


@pytest.mark.parametrize("verb", ["crowd_start", "crowd_pause", "crowd_resume", "crowd_stop", "crowd_ticket"])
async def test_a_button_that_is_not_ours_turns_nothing_and_shows_the_card_as_it_is(
    together: Together, verb: str
) -> None:
    await together.desk.ask(PASTED)
    for seal in (Seal.MISSING, Seal.EXPIRED, Seal.FORGED):
        reply = await together.press(verb, seal=seal, id="7", version=1, group="*")
        assert reply.note
    assert together.crowds.did == []
    assert together.tickets.opened == []


@pytest.mark.parametrize(
    "verb",
    [
        "crowd_start",
        "crowd_pause",
        "crowd_resume",
        "crowd_stop",
        "crowd_people",
        "crowd_csv",
        "crowd_ticket",
        "crowd_file",
    ],
)
async def test_whoever_left_the_helpdesk_a_second_ago_presses_in_vain(together: Together, verb: str) -> None:
    await together.desk.ask(PASTED)
    with pytest.raises(NotAllowedError):
        await together.press(verb, by=OLLE, id="7", version=1, group="*", page=1, once="x")
    assert together.crowds.did == []


@pytest.mark.parametrize("number", [None, "", "x", "-1", "9" * 20, 7])
async def test_a_button_that_names_no_list_is_refused(together: Together, number: Any) -> None:
    await together.desk.ask(PASTED)
    with pytest.raises(RefusedError):
        await together.press("crowd_start", id=number, version=1)


async def test_the_list_is_shown_in_pages(together: Together) -> None:
    await together.desk.ask(PASTED)
    first = await together.press("crowd_people", id="7", page=1)
    assert "page 1 of 2" in first.summary
    assert first.about is None, "it is a message of its own"
    assert "Person 30" in str((await together.press("crowd_people", id="7", page=99)).card)


async def test_the_list_is_shown_as_csv(together: Together) -> None:
    await together.desk.ask(PASTED)
    card = str((await together.press("crowd_csv", id="7", page=1)).card)
    assert "1,Person 1,p1@x.example,p-1,waiting" in card.replace("\\", "")


LEFT = (
    Leftovers(state=MemberState.FAILED, why="missing_attribute", fact="mail", count=2),
    Leftovers(state=MemberState.LEFT_OUT, why="not_assigned", fact="", count=1),
    Leftovers(state=MemberState.LEFT_OUT, why="already_there", fact="", count=9),
)


async def test_leftovers_become_one_ticket_for_each_reason_that_somebody_has_to_see_to(together: Together) -> None:
    together.crowds.leftovers = LEFT
    await together.desk.ask(PASTED)
    together.crowds.end()
    await together.press("crowd_ticket", id="7", group="missing_attribute:mail")
    (one,) = together.tickets.opened
    assert [named.name for named in one["people"]] == ["Person 1", "Person 2"]
    assert (one["cause"], one["key"]) == ("missing_attribute", "crowd:7:missing_attribute:mail")
    assert "the mail address is empty" in one["text"]
    await together.press("crowd_ticket", id="7", group="*")
    assert [told["cause"] for told in together.tickets.opened] == ["missing_attribute", "not_assigned"]


async def test_a_tickets_words_are_no_markdown(together: Together) -> None:
    together.crowds.leftovers = (Leftovers(state=MemberState.FAILED, why="unknown_code", fact="Odd_[Code]", count=2),)
    await together.desk.ask(PASTED)
    together.crowds.end()
    await together.press("crowd_ticket", id="7", group="*")
    assert "Odd_[Code]" in together.tickets.opened[0]["text"]


async def test_nothing_is_handed_over_while_more_people_may_come_to_have_the_same_reason(together: Together) -> None:
    together.crowds.leftovers = LEFT
    await together.desk.ask(PASTED)
    await together.press("crowd_start", id="7", version=1)
    reply = await together.press("crowd_ticket", id="7", group="*")
    assert reply.note
    assert together.tickets.opened == []


async def test_the_card_is_drawn_again_for_whoever_shows_it(together: Together) -> None:
    await together.desk.ask(PASTED)
    assert (await together.desk.redraw("crowd:7")).about == "crowd:7"
    for key in ("x", "8"):
        with pytest.raises(NotThereError):
            await together.desk.redraw(f"crowd:{key}")


async def test_crowds_are_found_again_by_their_number(together: Together) -> None:
    await together.desk.ask(PASTED)
    assert (await together.desk.ask("show crowd C-7")).about == "crowd:7"
    listed = await together.desk.ask("crowds")
    assert listed.commands == ["crowd C-7"]


@pytest.mark.parametrize(
    ("question", "brought"),
    [
        ("provision everybody who fails in Zoom", Brought(failing=True)),
        (
            "retry all failed users in Zoom due to EntryConflict!",
            Brought(failing=True, because="entryconflict"),
        ),
        ("bulk", Brought()),
    ],
)
def test_what_a_message_brings(question: str, brought: Brought) -> None:
    assert brought_by(Ask(intent="bulk", question=question)) == brought


def test_more_addresses_than_the_understanding_reads_all_count() -> None:
    many = [f"p{n}@x.example" for n in range(300)]
    ask = Ask(intent="provision", question="provision " + " ".join(many) + " in Zoom", person_words=many[0])
    assert brought_by(ask).people == tuple(many)


@pytest.mark.parametrize(
    ("words", "sure"),
    [
        ("José García", True),
        ("jose garcia", True),
        ("García José", True),
        ("José", True),
        ("jose@fabrikam.example", True),
        ("Jos", False),
        ("Gracia", False),
        ("José Lind", False),
        ("", False),
    ],
)
def test_for_a_crowd_whole_words_have_to_fit(words: str, sure: bool) -> None:
    assert is_surely_called(PEOPLE["jose"], words) is sure


def _file_button(reply: Any) -> dict[str, Any]:
    """What *As a file* carries; empty without one."""
    found = [action["data"] for action in reply.card.get("actions", ()) if action.get("verb") == "crowd_file"]
    return dict(found[0]) if found else {}


async def test_in_a_chat_of_ones_own_everybody_can_be_had_as_a_file_and_is_asked_about_once(together: Together) -> None:
    await together.desk.ask(PASTED)
    data = _file_button(await together.press("crowd_csv", id="7", page=1))
    assert "Below you can say" in (await together.press("crowd_file", **data)).text
    assert "already" in (await together.press("crowd_file", **data)).text
    content = await together.crowd_desk.file.content(AISHA, 7)
    assert together.offers.made == {data["once"]: (AISHA.id, "19:here", 7, len(content))}
    assert content.startswith(b"\xef\xbb\xbfnumber,name"), "Excel takes it for UTF-8"
    assert content.count(b"@x.example") == 30


async def test_every_drawing_of_the_text_brings_a_new_button(together: Together) -> None:
    await together.desk.ask(PASTED)
    one, two = [_file_button(await together.press("crowd_csv", id="7", page=1)) for _ in range(2)]
    assert one["once"] != two["once"]


@pytest.mark.parametrize("seal", [Seal.MISSING, Seal.EXPIRED, Seal.FORGED])
async def test_a_file_is_offered_only_by_a_sealed_button(together: Together, seal: Seal) -> None:
    await together.desk.ask(PASTED)
    assert (await together.press("crowd_file", seal=seal, id="7", once="x")).note
    assert together.offers.made == {}


async def test_where_others_read_along_or_the_channel_cannot_there_is_no_file(together: Together) -> None:
    await together.desk.ask(PASTED)
    assert not _file_button(await together.press("crowd_csv", kind="groupChat", id="7", page=1))
    with pytest.raises(RefusedError, match="our own chat"):
        await together.press("crowd_file", kind="channel", id="7", once="x")
    incapable = Together(gives=False)
    await incapable.desk.ask(PASTED)
    assert not _file_button(await incapable.press("crowd_csv", id="7", page=1))
    with pytest.raises(RefusedError, match="our own chat"):
        await incapable.press("crowd_file", id="7", once="x")


async def test_whoever_left_the_helpdesk_gets_no_content(together: Together) -> None:
    await together.desk.ask(PASTED)
    with pytest.raises(NotAllowedError):
        await together.crowd_desk.file.content(OLLE, 7)
