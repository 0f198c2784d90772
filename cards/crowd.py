"""A crowd's one live card: the list looked up, the table before the click, the progress, and who was left."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from cards._kit import Block, Card, Tone, execute, facts, group, heading, make, row, safe, text, title
from cards.crowd_words import SIGNS, bar, duration, group_words, people, reason_words, some_of, state_words
from cards.times import instant
from cards.words import _, ngettext
from provisioning.crowds import NOT_DONE, OVER, TO_COME, Crowd, CrowdState, Leftovers, MemberState, Progress, Unnamed
from provisioning.model import App
from provisioning.pace import SPACING

MOST_UNNAMED = 8  # words that nobody could be found for
MOST_GROUPS = 10
MOST_TICKETS = 2  # groups with a button of their own; one more button takes the rest
ALL_GROUPS = "*"
READ = timedelta(seconds=0.25)  # about what looking one person up takes


def crowd_card(progress: Progress, *, notes: Sequence[str] = (), shared: bool = False) -> Card:
    """The card in whatever state the crowd is. ``notes`` come translated; ``shared``: others read along."""
    crowd = progress.crowd
    draw = {
        CrowdState.NAMELESS: _nameless,
        CrowdState.GATHERING: _gathering,
        CrowdState.READY: _ready,
        CrowdState.RUNNING: _running,
        CrowdState.PAUSED: _running,
        CrowdState.STOPPED: _ended,
        CrowdState.FINISHED: _ended,
    }[crowd.state]
    said, tone, body, actions = draw(progress)
    lines = [*notes, *([_("Everybody in this conversation can read this card.")] if shared else [])]
    last = _("{crowd}, brought by {name} on {when}.").format(
        crowd=crowd.name, name=safe(crowd.actor.name or crowd.actor.upn), when=instant(crowd.created)
    )
    head, *rest = body
    blocks = [title(said, tone, head), *(text(line, subtle=True) for line in lines), *rest]
    return make([*blocks, text(last, subtle=True, small=True, separator=True)], summary=said, actions=actions)


def choose_app_card(crowd: Crowd, count: int, apps: Sequence[App]) -> Card:
    """Which app a list is about; each button says it."""
    said = ngettext(
        "In which app shall I provision the {n} person on your list?",
        "In which app shall I provision the {n} people on your list?",
        count,
    ).format(n=count)
    buttons = [execute(app.name[:60], "crowd_app", {**_about(crowd), "app": app.id}) for app in apps]
    return make([title(said, Tone.NEUTRAL, text(_("Or write the app's name.")))], summary=said, actions=buttons)


Drawn = tuple[str, Tone, list[Block], list[Block]]  # the leading sentence, its tone, what is below, buttons


def _nameless(progress: Progress) -> Drawn:
    said = _("The list waits: which app is it about?")
    return said, Tone.NEUTRAL, [text(_("Write the app's name, or press its button."))], [_stop(progress.crowd)]


def _gathering(progress: Progress) -> Drawn:
    crowd = progress.crowd
    if crowd.failing:
        said = _("I look for everybody who fails in {app}.").format(app=_app(crowd))
        wait = _("The table follows here; with many people that takes some minutes.")
    else:
        said = _("I look up {people} for {app}.").format(people=people(len(crowd.words)), app=_app(crowd))
        length = duration(max(READ * len(crowd.words), timedelta(seconds=1)))
        wait = _("The table follows here in about {span}. Nobody is called before you say so.").format(span=length)
    return said, Tone.ACCENT, [text(wait)], [_stop(crowd)]


def _ready(progress: Progress) -> Drawn:
    crowd, count = progress.crowd, progress.of(MemberState.WAITING)
    out = progress.of(MemberState.LEFT_OUT)
    left = [*_groups(progress, heads=(MemberState.LEFT_OUT,)), *_unnamed(crowd.unnamed)]
    if crowd.left:
        other = ngettext(
            "{n} more person fails for another reason.", "{n} more people fail for other reasons.", crowd.left
        )
        left.append(text(other.format(n=crowd.left)))
    if not count:
        said = _("Nobody of this list can be provisioned in {app} now.").format(app=_app(crowd))
        nobody = text(_("The reasons stand below; nothing was changed."))
        return said, Tone.WARNING, [nobody, *left], [*_harmless(progress), *_lists(progress)]
    said = ngettext("Provision {n} person in {app}?", "Provision {n} people in {app}?", count)
    said = said.format(n=count, app=_app(crowd))
    length = _(
        "The calls take about {span}: Microsoft allows one every {pace} seconds. Whoever was called counts as done "
        "once the provisioning log shows it. Nobody is called before you click."
    ).format(span=duration(progress.left(SPACING)), pace=SPACING.total_seconds())
    names = len(crowd.unnamed)
    who = f" ({some_of(progress.next_ones, count)})" if progress.next_ones else ""
    table = facts(
        [
            (_("○ Will be called"), people(count) + who),
            *([(_("– Left out, for the reasons below"), people(out))] if out else []),
            *([(_("? Not one person, and not guessed"), str(names))] if names else []),
        ]
    )
    start = execute(
        ngettext("Provision {n} person", "Provision {n} people", count).format(n=count),
        "crowd_start",
        {**_about(crowd), "everybody": ""},
        main=True,
    )
    return (
        said,
        Tone.ACCENT,
        [text(length), table, *left],
        [start, *_harmless(progress), *_lists(progress), _stop(crowd)],
    )


def _running(progress: Progress) -> Drawn:
    crowd, wanted, ended = progress.crowd, progress.wanted, progress.ended
    said = _("{app}: {ended} of {people} are through.").format(app=_app(crowd), ended=ended, people=people(wanted))
    paused = crowd.state is CrowdState.PAUSED
    if paused:
        said = _("Paused. {said}").format(said=said)
    body = [text(bar(ended / wanted if wanted else 1.0), size="Large"), *_why_it_stands_still(crowd)]
    body.append(facts(_counts(progress)))
    body += _groups(progress, heads=(MemberState.FAILED, MemberState.SKIPPED, MemberState.UNCERTAIN))
    move = execute(_("Resume"), "crowd_resume", _about(crowd), main=True) if paused else None
    move = move or execute(_("Pause"), "crowd_pause", _about(crowd))
    return said, Tone.WARNING if paused else Tone.ACCENT, body, [move, _stop(crowd), *_lists(progress)]


def _ended(progress: Progress) -> Drawn:
    crowd, done, wanted = progress.crowd, progress.of(MemberState.DONE), progress.wanted
    if crowd.state is CrowdState.STOPPED and not wanted:
        said = _("The list for {app} was dropped; nobody was called.").format(app=_app(crowd))
        return said, Tone.NEUTRAL, [text(_why_dropped(crowd))], []
    said = _("{app}: {done} of {people} are in the app.").format(app=_app(crowd), done=done, people=people(wanted))
    if crowd.state is CrowdState.STOPPED:
        said = _("Stopped. {said}").format(said=said)
    came = progress.ended - progress.of(MemberState.STOPPED)
    body = [text(bar(came / wanted if wanted else 1.0), size="Large"), facts(_counts(progress))]
    body += [*_groups(progress, heads=(*NOT_DONE, MemberState.LEFT_OUT), tickets=True), *_unnamed(crowd.unnamed)]
    tone = Tone.GOOD if done == wanted else Tone.WARNING
    return said, tone, body, [*_rest_ticket(progress), *_lists(progress, csv=True)]


def _counts(progress: Progress) -> list[tuple[str, str]]:
    """Every state that somebody is in, with its sign; the time that is left."""
    order = (
        MemberState.DONE,
        MemberState.FAILED,
        MemberState.SKIPPED,
        MemberState.UNCERTAIN,
        MemberState.STOPPED,
        MemberState.CALLING,
        MemberState.CHECKING,
        MemberState.WAITING,
    )
    always = {MemberState.DONE, MemberState.FAILED, MemberState.WAITING}
    over = progress.crowd.state in OVER
    pairs = [
        (f"{SIGNS[state]} {state_words(state).capitalize()}", str(progress.of(state)))
        for state in order
        if progress.of(state) or (state in always and not over)
    ]
    if progress.crowd.state is CrowdState.RUNNING and progress.of(MemberState.WAITING):
        left = progress.left(SPACING)
        pairs.append(
            (
                _("About"),
                _("{span} left, until {when}").format(span=duration(left), when=instant(progress.as_of + left)),
            )
        )
    if over and progress.crowd.started and progress.crowd.ended:
        pairs.append((_("Took"), duration(progress.crowd.ended - progress.crowd.started)))
    if over and progress.of(*TO_COME):
        pairs.append((_("Still"), _("calls under way end, and are looked for in the log")))
    return pairs


def _groups(progress: Progress, *, heads: Collection[MemberState], tickets: bool = False) -> list[Block]:
    """People who share a reason, most of them first; whoever was left out before the click last."""
    groups = sorted((one for one in progress.leftovers if one.state in heads), key=_left_out)
    offered = dict(list(_without_ticket(progress).items())[:MOST_TICKETS]) if tickets else {}
    blocks = [_group(progress.crowd, one, offered.pop(one.key, 0)) for one in groups[:MOST_GROUPS]]
    more = sum(one.count for one in groups[MOST_GROUPS:])
    if more:
        blocks.append(text(_("And {people} for further reasons.").format(people=people(more)), subtle=True))
    return blocks


def _left_out(one: Leftovers) -> bool:
    return one.state is MemberState.LEFT_OUT


def _without_ticket(progress: Progress) -> dict[str, int]:
    """How many each ticket would be about that can still be opened; none before everybody has an end."""
    counts: dict[str, int] = {}
    if not progress.of(*TO_COME):
        for one in sorted(progress.leftovers, key=_left_out):
            if one.needs_somebody and one.key not in progress.crowd.tickets:
                counts[one.key] = counts.get(one.key, 0) + one.count
    return counts


def _group(crowd: Crowd, one: Leftovers, ticket: int) -> Block:
    """``ticket``: how many the ticket would be about that is offered here; 0: none is."""
    head = _("{sign} {state}: {people}").format(
        sign=SIGNS[one.state], state=state_words(one.state).capitalize(), people=people(one.count)
    )
    names = text(some_of(one.names, one.count), subtle=True)
    blocks = [heading(head), text(group_words(one.why, one.fact, one.told)), names]
    number = crowd.tickets.get(one.key) if one.needs_somebody else None
    if number is not None:
        blocks.append(text(_("Handed over as ticket SD-{number}.").format(number=number)))
    elif ticket:
        data = {"id": str(crowd.number), "group": one.key}
        words = ngettext("Ticket for {n} person", "Ticket for these {n}", ticket).format(n=ticket)
        blocks.append(row([execute(words, "crowd_ticket", data)]))
    return group(blocks, separator=True, spacing="Small")


def _rest_ticket(progress: Progress) -> list[Block]:
    """One button for all the groups that have none of their own."""
    rest = len(_without_ticket(progress))
    if rest <= MOST_TICKETS:
        return []
    words = _("A ticket for each of the {n} groups").format(n=rest)
    return [execute(words, "crowd_ticket", {"id": str(progress.crowd.number), "group": ALL_GROUPS})]


def _harmless(progress: Progress) -> list[Block]:
    """Call those as well whom a call would not harm, though it is likely in vain."""
    harmless = sum(one.count for one in progress.leftovers if one.harmless)
    if not harmless:
        return []
    if progress.of(MemberState.WAITING):
        words = ngettext("Also the {n} whom it cannot harm", "Also the {n} whom it cannot harm", harmless)
    else:
        words = ngettext("Call the {n} whom it cannot harm", "Call the {n} whom it cannot harm", harmless)
    return [execute(words.format(n=harmless), "crowd_start", {**_about(progress.crowd), "everybody": "yes"})]


def _lists(progress: Progress, *, csv: bool = False) -> list[Block]:
    number = str(progress.crowd.number)
    buttons = [execute(_("Everybody as a list"), "crowd_people", {"id": number, "page": 1})]
    if csv:
        buttons.append(execute(_("As CSV"), "crowd_csv", {"id": number, "page": 1}))
    return buttons if progress.counts else []


def _stop(crowd: Crowd) -> Block:
    if crowd.state in {CrowdState.RUNNING, CrowdState.PAUSED}:
        return execute(_("Stop"), "crowd_stop", _about(crowd), style="destructive")
    return execute(_("Drop the list"), "crowd_stop", _about(crowd))


def _about(crowd: Crowd) -> dict[str, str | int]:
    return {"id": str(crowd.number), "version": crowd.version}


def _unnamed(unnamed: Sequence[Unnamed]) -> list[Block]:
    """Words that are not one person; nobody was guessed."""
    lines = []
    for one in unnamed[:MOST_UNNAMED]:
        words = safe(one.words, longest=80)
        if not one.fits:
            lines.append(_("? “{words}”: I found nobody of this name.").format(words=words))
        else:
            fits = ", ".join(safe(fit) for fit in one.fits)
            lines.append(_("? “{words}” could be {fits}. Write the address.").format(words=words, fits=fits))
    more = len(unnamed) - MOST_UNNAMED
    if more > 0:
        lines.append(
            ngettext("? And {n} more that is not one person.", "? And {n} more that are not one person.", more).format(
                n=more
            )
        )
    return [text(line) for line in lines]


def _why_it_stands_still(crowd: Crowd) -> list[Block]:
    if not crowd.trouble:
        return []
    return [text(_("It stands still by itself: {why}").format(why=reason_words(crowd.trouble, "", crowd.told)))]


def _why_dropped(crowd: Crowd) -> str:
    return reason_words(crowd.trouble, "", crowd.told) if crowd.trouble else _("Bring it again whenever you like.")


def _app(crowd: Crowd) -> str:
    return safe(crowd.app.name) if crowd.app else _("the app")


def crowd_news(progress: Progress) -> str:
    """One line for the chat where the list was brought: it has ended, or stands still."""
    crowd = progress.crowd
    done, wanted = progress.of(MemberState.DONE), progress.wanted
    if crowd.state is CrowdState.PAUSED:
        why = reason_words(crowd.trouble, "", crowd.told) if crowd.trouble else ""
        return _("{crowd} stands still after {ended} of {people}. {why}").format(
            crowd=crowd.name, ended=progress.ended, people=people(wanted), why=why
        )
    said = _("{crowd} has ended: {done} of {people} are in {app}.").format(
        crowd=crowd.name, done=done, people=people(wanted), app=_app(crowd)
    )
    return said if done == wanted else said + " " + _("The card says who is not, and why.")
