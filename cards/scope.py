"""The scope doctor's part of a card: who is assigned, what the filter really does, what it costs, what is offered."""

from collections.abc import Callable, Sequence
from datetime import datetime

from cards._kit import Block, Card, Tone, execute, facts, heading, listing, make, safe, text, title
from cards.times import span
from cards.trend import full_cycles_seen
from cards.words import _, ngettext
from provisioning.model import Clause, FilterGroup
from provisioning.orders import OPEN, Order, OrderState
from provisioning.scope import printed
from provisioning.scoping import Kind, Outcast, Passing, Study, full_cycle

MOST_GROUPS = 6  # of assigned groups that are named
FIRST = 8  # of who falls out, on the card itself
PAGE = 25  # on a page of its own


def reading_card(order: Order, as_of: datetime) -> Card:
    """While everybody is being looked at."""
    said = _("I am looking at everybody who is assigned to {app}.").format(app=safe(order.app.name))
    words = _("Large groups take a while; this card follows by itself.")
    refresh = execute(_("Refresh"), "refresh_order", {"id": order.id})
    return make([title(said, Tone.ACCENT, text(words))], summary=said, actions=[refresh])


def study_sentence(order: Order, study: Study) -> str:
    """What leads: how many objects are no people or lack what an account needs."""
    app, total = safe(order.app.name), study.total
    if not study.incomplete:
        said = ngettext(
            "{app} takes in {n} object, and nobody lacks mail or a name.",
            "{app} takes in {n} objects, and nobody lacks mail or a name.",
            total,
        )
        return said.format(app=app, n=total)
    said = ngettext(
        "{app} takes in {n} object; without mail or a name: {bad}.",
        "{app} takes in {n} objects; without mail or a name: {bad}.",
        total,
    )
    return said.format(app=app, n=total, bad=study.incomplete)


def study_blocks(order: Order, study: Study) -> list[Block]:
    """Who is assigned, the filter as it stood when it was looked at, the cost."""
    to_come = order.state in OPEN or order.state is OrderState.READING
    return [
        heading(_("Who is assigned")),
        facts(_people(study)),
        *listing(_groups(study)),
        heading(_("What the filter does now") if to_come else _("What the filter did when I looked")),
        *listing(_filter(study)),
        heading(_("What it costs")),
        *listing(_cost(order, study)),
    ]


def offer_blocks(order: Order) -> list[Block]:
    """The offer, before and after, who falls out, and what saving brings with it."""
    study = order.study
    assert study is not None
    place = (
        _("as further conditions of each filter that is there")
        if study.scope
        else _("as one filter with three conditions")
    )
    lines = [
        _("mail, givenName and surname IS NOT NULL, {place}.").format(place=place),
        _("Three separate filters, as pictures in guides show them, would be OR-ed and let nearly everybody through."),
    ]
    pairs = [
        (_("Filter now"), _in_words(study.scope)),
        (_("Filter then"), _in_words(study.offered)),
        (_("Let through now"), _passing(study.now)),
        (_("Let through then"), _passing(study.then)),
    ]
    blocks = [heading(_("What I offer")), *listing(lines), facts(pairs), *_outcasts(study), *_consequences(study)]
    if not order.by.is_admin:
        blocks.append(text(_("An identity administrator can ask the same and write this filter.")))
    return blocks


def people_card(order: Order, page: int) -> Card:
    """Who would fall out, page by page. Buttons: ``order_people``, ``refresh_order``."""
    study = order.study
    everybody = study.outcasts if study else ()
    pages = max(1, -(-len(everybody) // PAGE))
    page = min(max(page, 0), pages - 1)
    said = ngettext(
        "{n} object would fall out of {app}.", "{n} objects would fall out of {app}.", study.falls_out if study else 0
    ).format(n=study.falls_out if study else 0, app=safe(order.app.name))
    here = everybody[page * PAGE : (page + 1) * PAGE]
    body = [title(said, Tone.WARNING), *listing([_outcast(one) for one in here])]
    where = _("Page {page} of {pages}.").format(page=page + 1, pages=pages)
    body.append(text(where, subtle=True, small=True))
    if study and study.falls_out > len(everybody):
        body.append(text(_("I keep only the first {n} by name.").format(n=len(everybody)), subtle=True))
    turns = [
        execute(words, "order_people", {"id": order.id, "page": str(number)})
        for words, number in ((_("Before"), page - 1), (_("Next"), page + 1))
        if 0 <= number < pages
    ]
    return make(body, summary=said, actions=[*turns, execute(_("Back"), "refresh_order", {"id": order.id})])


def _people(study: Study) -> list[tuple[str, str]]:
    words = {
        Kind.PERSON: _("People"),
        Kind.GUEST: _("Guests"),
        Kind.ROOM: _("Rooms"),
        Kind.WORKSPACE: _("Workspaces"),
        Kind.DESK: _("Desks"),
        Kind.EQUIPMENT: _("Equipment"),
        Kind.SHARED: _("Shared mailboxes"),
        Kind.RESOURCE: _("Look like shared mailboxes and the like (disabled, unlicensed, nameless)"),
    }
    pairs = [(words[kind], str(study.kinds[kind.value])) for kind in Kind if study.kinds.get(kind.value)]
    pairs.append((_("Disabled accounts among them"), str(study.disabled)))
    lacking = [
        _("without {attribute}: {n}").format(attribute=name, n=count) for name, count in study.lacking.items() if count
    ]
    pairs.append((_("Incomplete"), ", ".join(lacking) or _("nobody")))
    if study.direct:
        pairs.append((_("Assigned by themselves"), str(study.direct)))
    return pairs


def _groups(study: Study) -> list[str]:
    lines = []
    for group in study.groups[:MOST_GROUPS]:
        line = ngettext("{group}: {n} member", "{group}: {n} members", group.members).format(
            group=safe(group.name), n=group.members
        )
        if group.ignored:
            line = _("{group}: not security-enabled, so provisioning does not read it").format(group=safe(group.name))
        if not group.whole:
            line = _("{line}, not read to the end").format(line=line)
        if group.nested:
            names = ", ".join(safe(name) for name in group.nested[:5])
            line = _("{line}; the groups inside it ({names}) are not provisioned").format(line=line, names=names)
        lines.append(line)
    if len(study.groups) > MOST_GROUPS:
        more = len(study.groups) - MOST_GROUPS
        lines.append(ngettext("{n} more group", "{n} more groups", more).format(n=more))
    if "places" in study.unread:
        lines.append(_("I may not read places, so rooms and desks can stand among the people."))
    if "purposes" in study.unread:
        lines.append(_("I may not read what mailboxes are for, so shared ones are told from people by their looks."))
    if study.unread.keys() & {"people", "groups"}:
        lines.append(_("Not everybody could be read: the counts are too low."))
    return lines


def _filter(study: Study) -> list[str]:
    if not study.scope:
        lines = [_("There is none: everybody who is assigned and enabled is let through.")]
    else:
        lines = [_clauses(group) for group in study.scope]
        lines.append(_passing(study.now))
    if study.joined is not None:
        lines.append(
            _(
                "These are {n} filters, and one that fits is enough (OR): {now} are let through. As conditions of one "
                "filter (AND) they would let {joined} through."
            ).format(n=len(study.scope), now=study.now.through, joined=study.joined.through)
        )
    if study.early_filters:
        lines.append(_("There are also early filters, which I do not weigh: fewer may be let through than I say."))
    return lines


def _in_words(scope: Sequence[FilterGroup]) -> str:
    if not scope:
        return _("none")
    return _(" – or – ").join(_clauses(group) for group in scope)


def _clauses(group: FilterGroup) -> str:
    clauses = _(" and ").join(safe(_clause(clause)) for clause in group.clauses) or _("no condition: everybody")
    return _("“{name}”: {clauses}").format(name=safe(group.name), clauses=clauses)


def _clause(clause: Clause) -> str:
    return printed(clause)


def _passing(passing: Passing) -> str:
    weighed = passing.through + passing.out + passing.unsure
    words = _("{through} of {all} enabled objects").format(through=passing.through, all=weighed)
    if passing.unsure:
        words += " " + _("({n} cannot be told)").format(n=passing.unsure)
    return words


def _cost(order: Order, study: Study) -> list[str]:
    lines = []
    cost = order.cost
    if cost.length is not None and cost.imported is not None and cost.escrowed is not None:
        seen = ngettext(
            "In the {n} cycle that I saw: {span} on average, {imported} read and {escrowed} failed each time.",
            "In the {n} cycles that I saw: {span} on average, {imported} read and {escrowed} failed each time.",
            cost.cycles,
        )
        lines.append(
            seen.format(
                n=cost.cycles, span=span(cost.length), imported=round(cost.imported), escrowed=round(cost.escrowed)
            )
        )
    else:
        lines.append(_("I have seen no cycle of this job yet, so I cannot say what one costs."))
    if order.failing:
        lines.append(
            ngettext(
                "{n} person fails now, and each retry costs a cycle the time of a whole attempt.",
                "{n} people fail now, and each retry costs a cycle the time of a whole attempt.",
                order.failing,
            ).format(n=order.failing)
        )
    if order.full.length is not None:
        seen = full_cycles_seen(order.full)
        return [*lines, _("A cycle that looks at everybody: {seen}.").format(seen=seen)]
    least, most = full_cycle(study.total)
    rule = _("A cycle that looks at everybody takes {least} to {most} by Microsoft's rule of thumb.")
    return [*lines, rule.format(least=span(least), most=span(most))]


def _outcasts(study: Study) -> list[Block]:
    if not study.falls_out:
        return [text(_("Nobody who is let through now would fall out."))]
    head = _("{n} would fall out and be disabled in the app, if there is an account").format(n=study.falls_out)
    if study.keeps_accounts:
        head = _("{n} would fall out; accounts that they have stay as they are").format(n=study.falls_out)
    lines = [_outcast(one) for one in study.outcasts[:FIRST]]
    if study.falls_out > FIRST:
        lines.append(_("and {n} more: see “Everybody who falls out”").format(n=study.falls_out - FIRST))
    return [heading(head), *listing(lines)]


def _outcast(one: Outcast) -> str:
    kinds = {
        Kind.PERSON: _("person"),
        Kind.GUEST: _("guest"),
        Kind.ROOM: _("room"),
        Kind.WORKSPACE: _("workspace"),
        Kind.DESK: _("desk"),
        Kind.EQUIPMENT: _("equipment"),
        Kind.SHARED: _("shared mailbox"),
        Kind.RESOURCE: _("resource"),
    }
    return _("{name} ({kind}): lacks {attributes}").format(
        name=safe(one.name), kind=kinds[one.kind], attributes=", ".join(one.lacks) or _("nothing that I can name")
    )


def _consequences(study: Study) -> list[Block]:
    people = sum(one.kind in {Kind.PERSON, Kind.GUEST} for one in study.outcasts)
    lines = []
    if people and study.keeps_accounts:
        lines.append(
            ngettext(
                "{n} of them is a person: nothing that changes about them reaches the app any more.",
                "{n} of them are people: nothing that changes about them reaches the app any more.",
                people,
            ).format(n=people)
        )
    elif people:
        lines.append(
            ngettext(
                "{n} of them is a person: filling in what is missing first keeps their account.",
                "{n} of them are people: filling in what is missing first keeps their accounts.",
                people,
            ).format(n=people)
        )
    lines += [
        _("Saving starts a cycle that looks at everybody."),
        _KEEPS[study.keeps_accounts](),
        _("The schema of before is kept for 30 days, and I can put it back."),
    ]
    return [heading(_("What comes with it")), *listing(lines)]


_KEEPS: dict[bool | None, Callable[[], str]] = {
    True: lambda: _("The app's setting SkipOutOfScopeDeletions is on: whoever falls out is not disabled in the app."),
    False: lambda: _("Whoever falls out is disabled in the app: its setting SkipOutOfScopeDeletions is off."),
    None: lambda: _(
        "Whoever falls out is disabled, unless the app's setting SkipOutOfScopeDeletions is on. I could not read it."
    ),
}
