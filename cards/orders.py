"""The card of an order about a job: what it would do, how long and to whom; then how it stands and what came of it."""

from collections.abc import Callable
from datetime import datetime

from cards._kit import Block, Card, Tone, execute, facts, heading, listing, make, safe, text, title
from cards.hindrances import hindrance_words
from cards.scope import offer_blocks, reading_card, study_blocks, study_sentence
from cards.times import day, instant, instant_and_age, span
from cards.trend import full_cycles_seen
from cards.words import _, ngettext
from provisioning.model import Execution
from provisioning.orders import KEPT, OPEN, Hindrance, Mending, Order, OrderKind, OrderState
from provisioning.scoping import full_cycle

_SILENT_HINDRANCES = frozenset({Hindrance.NOTHING_TO_CHANGE})  # an answer rather than an obstacle


def order_card(order: Order, as_of: datetime) -> Card:
    """Buttons: ``agree_order``, ``drop_order``, ``refresh_order``, ``plan_undo``, ``order_people``."""
    if order.state is OrderState.READING:
        return reading_card(order, as_of)
    tone, said = _lead(order)
    became = [
        *_course(order, as_of),
        *_figures(order),
    ]  # what came of it is what a reader of an older order wants first
    body = [title(said, tone, *_below(order)), *([] if order.state in OPEN else became)]
    if order.kind is OrderKind.FILTER and order.study is not None:
        body += study_blocks(order, order.study)
    if order.state in OPEN:
        body += [*(_plan(order) if order.hindrance is None else []), *became]
    body.append(text(_("Looked at {when}.").format(when=instant(order.looked_at)), subtle=True, small=True))
    return make(body, summary=said, actions=_buttons(order, as_of))


def _lead(order: Order) -> tuple[Tone, str]:
    app = safe(order.app.name)
    if order.state in OPEN or order.hindrance in _SILENT_HINDRANCES:
        if order.kind is OrderKind.FILTER and order.study is not None:
            return Tone.WARNING if order.study.falls_out else Tone.NEUTRAL, study_sentence(order, order.study)
        return Tone.WARNING, _QUESTIONS[order.kind]().format(app=app)
    if order.state is OrderState.WATCHING:
        return Tone.ACCENT, _("{what}: Microsoft has it, and the next cycle is being watched.").format(
            what=_NAMES[order.kind]().format(app=app)
        )
    tone, words = _ENDS[order.state]
    return tone, words().format(what=_NAMES[order.kind]().format(app=app))


def _below(order: Order) -> list[Block]:
    lines = []
    if order.hindrance is not None:
        lines.append(hindrance_words(order.hindrance))
    if order.state is OrderState.UNCERTAIN:
        lines.append(_("I asked, no answer came, and the job does not show it. Look in Entra before you repeat it."))
    if order.state is OrderState.SECOND:
        lines.append(_("This desk's policy wants a second administrator for it."))
    if order.told:
        lines.append(_("The other side said: {words}").format(words=safe(order.told)))
    return [text(line) for line in lines]


def _plan(order: Order) -> list[Block]:
    """What it will do, how long it takes and whom it touches."""
    if order.kind is OrderKind.FILTER:
        return offer_blocks(order)
    lines = _EFFECTS[order.kind]()
    blocks = [heading(_("What it does")), *listing(lines)]
    blocks += _resets() if order.kind is OrderKind.RESTART and order.state is OrderState.PLANNED else []
    return [*blocks, *_to_confirm(order), facts(_measures(order))]


def _to_confirm(order: Order) -> list[Block]:
    """What nothing shows: the button that goes on says that an administrator has seen to it."""
    if not order.to_confirm:
        return []
    return [heading(_("What you confirm")), *listing([_mended(one, order) for one in order.to_confirm])]


def _mended(one: Mending, order: Order) -> str:
    if one is Mending.FAILURES and order.failing is not None:
        return ngettext(
            "What {n} person still fails over is mended. Before a cycle has run, the log cannot show it.",
            "What {n} people still fail over is mended. Before a cycle has run, the log cannot show it.",
            order.failing,
        ).format(n=order.failing)
    return {
        Mending.FAILURES: _(
            "What too many people failed over is mended. I could not read the log to its end to count them."
        ),
        Mending.MICROSOFT: _("Microsoft put the job aside by hand, and its support agrees that it goes on."),
        Mending.INTERRUPTION: _("What interrupted the reading of the data is over."),
        Mending.NO_REASON: _("The cause of the quarantine is found and mended. Microsoft names none."),
        Mending.REMOVALS: _("No removals are held back in Entra. I could not read the log to its end to see that."),
    }[one]


def _measures(order: Order) -> list[tuple[str, str]]:
    pairs = [(_("How long"), _how_long(order)), (_("Whom it touches"), _whom(order))]
    if order.failing is not None:
        pairs.append((_("People failing now"), str(order.failing)))
    if order.held:
        pairs.append((_("Removals held back"), str(order.held)))
    if order.before:
        pairs.append((_("Last cycle"), _figures_of(order.before)))
    return pairs


def _how_long(order: Order) -> str:
    if order.kind in {OrderKind.PAUSE, OrderKind.CHECK}:
        return _("a moment; a cycle that runs now still comes to its end")
    entitled = order.before.entitled if order.before else 0
    if order.kind in {OrderKind.RESTART, OrderKind.UNDO} and order.full.length is not None:
        return _("a cycle that looks at everybody: {seen}").format(seen=full_cycles_seen(order.full))
    if order.kind in {OrderKind.RESTART, OrderKind.UNDO} and entitled:
        least, most = full_cycle(entitled)
        return _("a cycle that looks at everybody: {least} to {most} by Microsoft's rule of thumb").format(
            least=span(least), most=span(most)
        )
    if order.cost.length is not None:
        return _("a cycle follows within minutes; those that I saw took {span}").format(span=span(order.cost.length))
    return _("a cycle follows within minutes; how long it takes is not known")


def _whom(order: Order) -> str:
    if order.kind is OrderKind.CHECK:
        return _("nobody: it asks the app whether it takes the credentials")
    entitled = order.before.entitled if order.before else 0
    if not entitled:
        return _("everybody who is assigned; how many is not known")
    return ngettext("{n} object that is assigned", "{n} objects that are assigned", entitled).format(n=entitled)


def _resets() -> list[Block]:
    choices = [
        ("all", _("Everything that Entra's own button does")),
        ("failures", _("Failures only")),
        ("everybody", _("Look at everybody again, and keep the failures' waiting times")),
    ]
    return [
        heading(_("What is forgotten")),
        *listing(
            [
                _("Failures (Escrows): those that wait for their retry are tried at once."),
                _("Place in the directory (Watermark): the next cycle looks at everybody, which takes long."),
                _("Quarantine (QuarantineState): it is lifted; what caused it brings it back."),
            ]
        ),
        text(
            _(
                "I never use Full, which breaks the links between people and their accounts, nor ForceDeletes, which "
                "carries held removals out."
            ),
            subtle=True,
        ),
        {
            "type": "Input.ChoiceSet",
            "id": "reset",
            "label": _("Restart with"),
            "style": "compact",
            "wrap": True,
            "value": "all",
            "choices": [{"title": words, "value": key} for key, words in choices],
        },
    ]


def _course(order: Order, as_of: datetime) -> list[Block]:
    """Who agreed and when, what was done and when."""
    pairs = [(_("Agreed"), f"{safe(one.by.name)}, {instant_and_age(one.at, as_of)}") for one in order.agreed]
    if order.done_at:
        pairs.append((_("Taken by Microsoft"), instant_and_age(order.done_at, as_of)))
    if order.undone_by:
        pairs.append((_("Taken back"), _("yes: the schema of before was put back")))
    elif order.may_be_undone(as_of) and order.done_at:
        pairs.append((_("Can be undone until"), day(order.done_at + KEPT)))
    return [facts(pairs, separator=True, spacing="Medium")] if pairs else []


def _figures(order: Order) -> list[Block]:
    """The cycle before beside the first one after."""
    if order.state is OrderState.WATCHING:
        waits = _("The first cycle afterwards has not ended yet; this card follows.")
        before = [(_("Before"), _figures_of(order.before))] if order.before else []
        return [heading(_("Figures")), *([facts(before)] if before else []), text(waits, subtle=True)]
    if order.state is not OrderState.DONE or order.kind in {OrderKind.PAUSE, OrderKind.CHECK}:
        return []
    if order.after is None:
        return [text(_("No cycle was seen in two days: look how the app is syncing."))]
    pairs = [(_("Before"), _figures_of(order.before))] if order.before else []
    pairs.append((_("After"), _figures_of(order.after)))
    return [heading(_("Figures")), facts(pairs), *_first_is_full(order)]


def _first_is_full(order: Order) -> list[Block]:
    full = order.changes_scope or (order.kind is OrderKind.RESTART and order.reset != "failures")
    words = _("The first cycle afterwards looks at everybody, so it is longer than those that follow.")
    return [text(words, subtle=True)] if full else []


def _figures_of(cycle: Execution) -> str:
    took = span(cycle.ended - cycle.began) if cycle.began and cycle.ended else _("not known")
    return _("{imported} read, {exported} written, {escrowed} failed; it took {span}").format(
        imported=cycle.imported, exported=cycle.exported, escrowed=cycle.escrowed, span=took
    )


def _buttons(order: Order, as_of: datetime) -> list[Block]:
    which = {"id": order.id, "version": order.version}
    buttons: list[Block] = []
    if order.state in OPEN and order.hindrance is None and (order.by.is_admin or order.state is OrderState.SECOND):
        asks = {"reset": ""} if order.kind is OrderKind.RESTART and order.state is OrderState.PLANNED else {}
        asks |= {"mended": "yes"} if order.to_confirm else {}
        words = _("I agree too") if order.state is OrderState.SECOND else _DO[order.kind]()
        words = _CONFIRMED[order.kind]() if order.to_confirm else words
        buttons.append(execute(words, "agree_order", {**which, **asks}, main=True))
        buttons.append(execute(_("Leave it"), "drop_order", which))
    if order.may_be_undone(as_of):
        buttons.append(execute(_("Undo …"), "plan_undo", {"id": order.id}))
    if order.study is not None and order.study.outcasts and order.kind is OrderKind.FILTER:
        buttons.append(execute(_("Everybody who falls out"), "order_people", {"id": order.id, "page": "0"}))
    if order.under_way:
        buttons.append(execute(_("Refresh"), "refresh_order", {"id": order.id}))
    elif order.kind is OrderKind.FILTER and order.state is not OrderState.DONE:
        words = f"why is the {order.app.name} sync slow"
        buttons.append(execute(_("Look again"), "ask", {"text": words}))
    else:
        buttons.append(execute(_("How is it syncing?"), "ask", {"text": f"how is {order.app.name} syncing"}))
    return buttons


_QUESTIONS = {
    OrderKind.START: lambda: _("Start the job of {app}?"),
    OrderKind.PAUSE: lambda: _("Pause the job of {app}?"),
    OrderKind.RESTART: lambda: _("Restart the job of {app}?"),
    OrderKind.CHECK: lambda: _("Test the saved credentials of {app}?"),
    OrderKind.FILTER: lambda: _("Tighten the filter of {app}?"),
    OrderKind.UNDO: lambda: _("Put the mappings and filters of {app} back as they were?"),
}
_NAMES = {
    OrderKind.START: lambda: _("Starting the job of {app}"),
    OrderKind.PAUSE: lambda: _("Pausing the job of {app}"),
    OrderKind.RESTART: lambda: _("Restarting the job of {app}"),
    OrderKind.CHECK: lambda: _("Testing the credentials of {app}"),
    OrderKind.FILTER: lambda: _("The tighter filter of {app}"),
    OrderKind.UNDO: lambda: _("The filter of before in {app}"),
}
_DO = {
    OrderKind.START: lambda: _("Start it"),
    OrderKind.PAUSE: lambda: _("Pause it"),
    OrderKind.RESTART: lambda: _("Restart it"),
    OrderKind.CHECK: lambda: _("Test them"),
    OrderKind.FILTER: lambda: _("Write this filter"),
    OrderKind.UNDO: lambda: _("Put it back"),
}
_CONFIRMED = {
    OrderKind.START: lambda: _("I have seen to it: start it"),
    OrderKind.RESTART: lambda: _("I have seen to it: restart it"),
}
_ENDS: dict[OrderState, tuple[Tone, Callable[[], str]]] = {
    OrderState.ORDERED: (Tone.ACCENT, lambda: _("{what}: it is about to be done.")),
    OrderState.ACTING: (Tone.ACCENT, lambda: _("{what}: Microsoft is being asked.")),
    OrderState.DONE: (Tone.GOOD, lambda: _("{what}: done.")),
    OrderState.NOT_DONE: (Tone.ATTENTION, lambda: _("{what}: it was not done.")),
    OrderState.REFUSED: (Tone.WARNING, lambda: _("{what}: I did not do it.")),
    OrderState.DROPPED: (Tone.NEUTRAL, lambda: _("{what}: it was decided against.")),
    OrderState.UNCERTAIN: (Tone.ATTENTION, lambda: _("{what}: I do not know whether it was done.")),
}
_EFFECTS = {
    OrderKind.START: lambda: [
        _("The job goes on where it stopped; a quarantine is lifted."),
        _(
            "Whoever was assigned meanwhile gets an account; whoever was unassigned is disabled in the app, unless its "
            "setting SkipOutOfScopeDeletions is on."
        ),
        _("After a quarantine over credentials I test them first, and start nothing if the app rejects them."),
    ],
    OrderKind.PAUSE: lambda: [
        _("Nobody new gets in and nobody is disabled until somebody starts the job again."),
        _("What the job knows is kept; accounts in the app stay as they are."),
    ],
    OrderKind.RESTART: lambda: [
        _("A cycle begins at once, and the job forgets what is chosen below."),
        _(
            "Whoever is out of scope or unassigned by now is disabled in the app; with its setting "
            "SkipOutOfScopeDeletions on, they are left as they are."
        ),
        _("After a quarantine over credentials I test them first, and restart nothing if the app rejects them."),
    ],
    OrderKind.CHECK: lambda: [_("Microsoft signs in to the app with what is saved. Nothing else happens.")],
    OrderKind.UNDO: lambda: [
        _("The whole schema of before is written back, if nobody has changed it since."),
        _("Saving starts a cycle that looks at everybody; whoever fell out and is in scope again gets in again."),
    ],
}
