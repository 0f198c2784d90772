"""The one dialog of the desk: try to answer; ask for what is missing; take the answer and try again.

Built on botbuilder-dialogs, whose import costs more than a second: import this module when the first message
comes (or in a thread after the start), never before the door opens.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from botbuilder.core import StatePropertyAccessor, TurnContext
from botbuilder.dialogs import (
    ComponentDialog,
    DialogContext,
    DialogSet,
    DialogState,
    DialogTurnResult,
    PromptOptions,
    TextPrompt,
    WaterfallDialog,
    WaterfallStepContext,
)

from cards.guide import notice_card
from cards.words import _
from dialogs.asking import Ask, Asker, Conversation, Gap, Missing, Outcome, Said, ask_of, shown
from dialogs.meaning import ABOUT_SOMEBODY, Intent, Meaning
from dialogs.memory import Memory
from dialogs.naming import app_named
from provisioning.model import App

DESK, QUESTION, GAP = "desk", "question", "gap"  # dialog ids stand in stored conversations: see memory.VERSION
TURN = "dialogs.turn"
ANSWERED_ASIDE = frozenset({Intent.HELP, Intent.GREETING})  # answered while our own question goes on waiting
LEAVES_A_TEXT = frozenset({Intent.USE_ROOM, Intent.TICKETS})  # the rest may well be what the ticket is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message on its way through the dialog."""

    asker: Asker
    text: str
    meaning: Meaning
    apps: Sequence[App]
    memory: Memory
    say: Callable[[Outcome], Awaitable[None]]
    start: Ask | None = None  # the question that a pressed button carries; it takes the place of whatever waits


class Gathering(ComponentDialog):  # type: ignore[misc]
    """Runs one question at a time; a fresh command takes the place of one that waits."""

    def __init__(self, converse: Conversation) -> None:
        super().__init__(DESK)
        self._converse = converse
        self.add_dialog(WaterfallDialog(QUESTION, [self._try_to_answer, self._take_what_was_missing]))
        self.add_dialog(TextPrompt(GAP))

    async def on_begin_dialog(self, inner_dc: DialogContext, options: object) -> DialogTurnResult:
        """A new question."""
        return await self._begin(inner_dc)

    async def on_continue_dialog(self, inner_dc: DialogContext) -> DialogTurnResult:
        """An answer to ours, or something else altogether."""
        turn = _turn(inner_dc.context)
        gap = Gap(_waiting(inner_dc)["gap"])
        if turn.start is not None or interrupts(turn.meaning, gap):
            await inner_dc.cancel_all_dialogs()
            return await self._begin(inner_dc)
        if turn.meaning.intent in ANSWERED_ASIDE:
            await self._aside(turn)
            return self.end_of_turn
        if turn.meaning.intent is Intent.CANCEL:
            await turn.say(Said(reply=shown(notice_card(_("All right, I dropped it.")))))
            return await inner_dc.cancel_all_dialogs()
        return await inner_dc.continue_dialog()

    async def _begin(self, inner_dc: DialogContext) -> DialogTurnResult:
        turn = _turn(inner_dc.context)
        ask = turn.start or ask_of(turn.meaning, turn.text)
        return await inner_dc.begin_dialog(QUESTION, ask.to_state())

    async def _aside(self, turn: Turn) -> None:
        outcome = await self._converse(ask_of(turn.meaning, turn.text), turn.asker)
        await turn.say(outcome)

    async def _try_to_answer(self, step: WaterfallStepContext) -> DialogTurnResult:
        turn = _turn(step.context)
        outcome = await self._converse(Ask.from_state(step.options), turn.asker)
        await turn.say(outcome)
        if isinstance(outcome, Said):
            if outcome.last:
                turn.memory.last = outcome.last
            return await step.end_dialog()
        step.values.update(_kept(outcome))
        return await step.prompt(GAP, PromptOptions())

    async def _take_what_was_missing(self, step: WaterfallStepContext) -> DialogTurnResult:
        filled = fill(step.values, _turn(step.context))
        return await step.replace_dialog(QUESTION, filled.to_state())


async def run(gathering: Gathering, turn_context: TurnContext, turn: Turn) -> None:
    """Run one turn; the memory afterwards holds what waits, or nothing."""
    turn_context.turn_state[TURN] = turn
    dialogs = DialogSet(_Waiting(turn.memory))
    dialogs.add(gathering)
    context = await dialogs.create_context(turn_context)
    if context.active_dialog:
        await context.continue_dialog()
    else:
        await context.begin_dialog(DESK)
    if not context.stack:
        turn.memory.dialogs = None


def interrupts(meaning: Meaning, gap: Gap) -> bool:
    """Whether a message that comes while we wait is a question of its own."""
    if meaning.intent in ANSWERED_ASIDE or meaning.intent is Intent.CANCEL:
        return False
    if gap is Gap.TEXT:
        return meaning.intent in LEAVES_A_TEXT or bool(meaning.text)
    if meaning.fragment:
        return bool(meaning.apps) and (gap is Gap.PERSON or (gap is Gap.APP and bool(meaning.people)))
    if gap is Gap.WHO and meaning.people and not meaning.apps:
        return meaning.intent not in ABOUT_SOMEBODY
    return True


def fill(waiting: dict[str, Any], turn: Turn) -> Ask:
    """The question with the gap filled from the message, as far as the message does."""
    ask = replace(Ask.from_state(waiting["ask"]), tried=True)
    picked = _picked(turn.text, waiting["choices"])
    match Gap(waiting["gap"]):
        case Gap.TEXT:
            return replace(ask, text=turn.text)
        case Gap.PERSON if picked:
            return replace(ask, person_id=picked, person_words="")
        case Gap.APP if picked:
            return replace(ask, app_ids=(picked,), app_words="")
        case Gap.APP:
            return _with_app(ask, turn)
        case _:
            return _with_somebody(ask, turn)


def _with_app(ask: Ask, turn: Turn) -> Ask:
    apps = turn.meaning.apps or app_named(turn.text, turn.apps)
    ids = tuple(app.id for app in apps)
    return replace(ask, app_ids=ids, app_words="" if ids else turn.meaning.app_words or turn.text)


def _with_somebody(ask: Ask, turn: Turn) -> Ask:
    if turn.meaning.apps and not ask.app_ids:
        ask = replace(ask, app_ids=tuple(app.id for app in turn.meaning.apps))
    if turn.meaning.people:
        return ask.about(turn.meaning.people[0])
    return replace(ask, person_id="", person_words=turn.text.strip(), by_address="@" in turn.text)


def _picked(text: str, choices: Sequence[str]) -> str:
    """The choice that a bare number means."""
    number = text.strip().strip(".#()")
    if number.isascii() and number.isdigit() and 1 <= int(number) <= len(choices):
        return choices[int(number) - 1]
    return ""


def _kept(missing: Missing) -> dict[str, Any]:
    """What has to outlive the turn, as plain JSON."""
    return {"gap": missing.gap.value, "ask": missing.ask.to_state(), "choices": list(missing.choices)}


def _waiting(inner_dc: DialogContext) -> dict[str, Any]:
    """The values of the waterfall below the prompt that waits."""
    values: dict[str, Any] = inner_dc.stack[-1].state[WaterfallDialog.PersistedValues]
    return values


def _turn(turn_context: TurnContext) -> Turn:
    turn: Turn = turn_context.turn_state[TURN]
    return turn


class _Waiting(StatePropertyAccessor):  # type: ignore[misc]
    """Gives the dialog set its state out of the speaker's own memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def get(self, turn_context: TurnContext, default_value_or_factory: Any = None) -> DialogState:
        if self._memory.dialogs is None:
            self._memory.dialogs = DialogState()
        return self._memory.dialogs

    async def set(self, turn_context: TurnContext, value: DialogState) -> None:
        self._memory.dialogs = value

    async def delete(self, turn_context: TurnContext) -> None:
        self._memory.dialogs = None
