"""Cards that ask instead of guessing: which person, which app; and the answer when nobody fits."""

from collections.abc import Sequence

from cards._kit import MOST_ACTIONS, Block, Card, Tone, execute, group, make, safe, text, title
from cards.times import day
from cards.words import _
from provisioning.model import App, Person


def choose_person_card(people: Sequence[Person], *, app: App | None, intent: str, question: str) -> Card:
    """Several people fit. Each button carries ``choose_person {person, app, intent, question}``; app "" if open."""
    about = {"app": app.id if app else "", "intent": intent, "question": question}
    asked = _("Several people fit. Which one do you mean?")
    rows = [
        group(
            [
                text(_("{n}. {name}").format(n=n, name=safe(person.name or person.upn)), bold=True),
                text(_traits(person), subtle=True, spacing="None"),
            ],
            spacing="Small",
        )
        for n, person in enumerate(people, start=1)
    ]
    names = [(person.name or person.upn, person.id) for person in people]
    return _choice(asked, rows, names, "choose_person", "person", about, _missing_person())


def choose_app_card(apps: Sequence[App], *, person_id: str, intent: str, question: str) -> Card:
    """Several apps fit. Each button carries ``choose_app {person, app, intent, question}``; person "" if open."""
    about = {"person": person_id, "intent": intent, "question": question}
    rows = [
        text(_("{n}. {name}").format(n=n, name=safe(app.name)), bold=True, spacing="Small")
        for n, app in enumerate(apps, start=1)
    ]
    names = [(app.name, app.id) for app in apps]
    asked = _("Which app do you mean?")
    return _choice(asked, rows, names, "choose_app", "app", about, _("None of these? Write the app's full name."))


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
        text(_("- the full mail address or sign-in name\n- another spelling, or only the last name")),
        text(_("A new colleague may not be in the directory yet: whoever keeps the staff data knows the start date.")),
        search,
    ]
    return make(body, summary=said, actions=[execute(_("Search"), "ask", {"text": ""}, main=True)])


def _choice(
    asked: str,
    rows: Sequence[Block],
    names: Sequence[tuple[str, str]],
    verb: str,
    key: str,
    about: dict[str, str],
    rest: str,
) -> Card:
    """One button each while they fit on a card; beyond that a list to pick from and one button."""
    body: list[Block] = [title(asked)]
    if len(names) <= MOST_ACTIONS:
        actions = [
            execute(f"{n}. {name}"[:60], verb, about | {key: id_}) for n, (name, id_) in enumerate(names, start=1)
        ]
        return make([*body, *rows, text(rest, subtle=True)], summary=asked, actions=actions)
    picker = {
        "type": "Input.ChoiceSet",
        "id": key,
        "label": asked,
        "style": "expanded",
        "wrap": True,
        "isRequired": True,
        "errorMessage": _("Please pick one."),
        "choices": [{"title": f"{n}. {name}", "value": id_} for n, (name, id_) in enumerate(names, start=1)],
    }
    go_on = execute(_("Continue"), verb, about | {key: ""}, main=True)
    return make([*body, *rows, picker, text(rest, subtle=True)], summary=asked, actions=[go_on])


def _traits(person: Person) -> str:
    """What tells people of the same name apart."""
    department = person.attributes.get("department")
    traits = [
        safe(person.upn),
        safe(department) if isinstance(department, str) and department else "",
        _("guest") if person.guest else "",
        _("deleted on {day}").format(day=day(person.deleted)) if person.deleted else "",
        _("disabled") if person.enabled is False and not person.deleted else "",
    ]
    return " · ".join(trait for trait in traits if trait)


def _missing_person() -> str:
    return _("None of these? Write the full mail address.")


def _again(words: str, app: App | None) -> str:
    """A command to edit; commands are the same in every language."""
    return f"status {words} in {app.name}"[:200] if app else f"status {words}"[:200]
