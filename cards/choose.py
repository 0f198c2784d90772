"""Cards that ask instead of guessing: which person, which app; and the answer when nobody fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cards._kit import MOST_ACTIONS, Block, Card, Tone, execute, group, listing, make, row, safe, text, title
from cards.words import _
from provisioning.model import App, Person


def choose_person_card(people: Sequence[Person], *, app: App | None, intent: str, question: str) -> Card:
    """Several people fit, or one nearly does. Each button carries ``choose_person {person, app, intent, question}``.

    ``app`` is "" where it is still open.
    """
    about = {"app": app.id if app else "", "intent": intent, "question": question}
    options = [_Option(id=person.id, name=person.name or person.upn, traits=_traits(person)) for person in people]
    rest = _("None of these? Write the full mail address.")
    said = _("Several people fit. Which one do you mean?")
    if len(people) == 1:
        said, rest = (
            _("Nobody has exactly this name. Do you mean this person?"),
            _("If not, write the full mail address."),
        )
    return _choice(said, options, "choose_person", "person", about, rest)


def choose_app_card(apps: Sequence[App], *, person_id: str, intent: str, question: str) -> Card:
    """Several apps fit. Each button carries ``choose_app {person, app, intent, question}``; person "" if open."""
    about = {"person": person_id, "intent": intent, "question": question}
    options = [_Option(id=app.id, name=app.name) for app in apps]
    rest = _("None of these? Write the app's full name.")
    return _choice(_("Which app do you mean?"), options, "choose_app", "app", about, rest)


def nobody_card(words: str, app: App | None) -> Card:
    """Nobody fits ``words``: says so, and offers a search whose text comes back as ``ask {text}``."""
    said = _("I found nobody for “{words}”.").format(words=safe(words, longest=80))
    search = {
        "type": "Input.Text",
        "id": "text",
        "label": _("Search again"),
        "value": _again(words, app),
        "maxLength": 200,
        "isRequired": True,
        "errorMessage": _("Please write whom I should look for."),
    }
    body = [
        title(said, Tone.WARNING),
        text(_("Names with other letters and deleted accounts were searched too. What helps:")),
        *listing([_("the full mail address or sign-in name"), _("another spelling, or only the last name")]),
        text(_("A new colleague may not be in the directory yet: whoever keeps the staff data knows the start date.")),
        search,
    ]
    return make(body, summary=said, actions=[execute(_("Search"), "ask", {"text": ""}, main=True)])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    """One thing to choose. ``name`` and ``traits`` are as they came: a button's title is not Markdown."""

    id: str
    name: str
    traits: str = ""


def _choice(asked: str, options: Sequence[_Option], verb: str, key: str, about: Mapping[str, str], rest: str) -> Card:
    """One button each while they fit on a card; beyond that a list to pick from and one button."""
    hint = text(rest, subtle=True)
    if len(options) <= MOST_ACTIONS:
        rows = [
            _row(n, option, execute(f"{n} · {option.name}"[:60], verb, {**about, key: option.id}))
            for n, option in enumerate(options, start=1)
        ]
        return make([title(asked), *rows, hint], summary=asked)
    picker = {
        "type": "Input.ChoiceSet",
        "id": key,
        "label": _("Pick one"),
        "style": "expanded",
        "wrap": True,
        "isRequired": True,
        "errorMessage": _("Please pick one."),
        "choices": [
            {"title": " · ".join(filter(None, (str(n), option.name, option.traits))), "value": option.id}
            for n, option in enumerate(options, start=1)
        ],
    }
    go_on = execute(_("Continue"), verb, {**about, key: ""}, main=True)
    return make([title(asked), picker, hint], summary=asked, actions=[go_on])


def _row(n: int, option: _Option, button: Block) -> Block:
    traits = [text(safe(option.traits), subtle=True, spacing="None")] if option.traits else []
    return group([text(f"{n} · {safe(option.name)}", bold=True), *traits, row([button])], separator=True)


def _traits(person: Person) -> str:
    """What tells people of the same name apart."""
    department = person.attributes.get("department")
    traits = [
        person.upn,
        department if isinstance(department, str) else "",
        _("guest") if person.guest else "",
        _("deleted") if person.deleted else _("disabled") if person.enabled is False else "",
    ]
    return " · ".join(trait for trait in traits if trait)


def _again(words: str, app: App | None) -> str:
    """A command to edit; commands are the same in every language."""
    return f"status {words} in {app.name}"[:200] if app else f"status {words}"[:200]
