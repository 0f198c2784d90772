"""The form for what is empty in somebody's account: one input an attribute, and why. For agents."""

from collections.abc import Mapping

from cards._kit import Block, Card, Tone, execute, make, safe, text, title
from cards.causes import attribute
from cards.words import _
from provisioning.cases import Case
from provisioning.filling import LONGEST_WHY, WRITABLE, fillable

VALUE = "fill_"  # before an attribute's name: the id of its input
WHY = "why"
_ADDRESS = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"


def fill_form(case: Case, said: Mapping[str, str] | None = None, *, complaint: str = "") -> Card:
    """``said``: what was filled in already, by the inputs' ids; ``complaint``: what is wrong with it."""
    kept, person = said or {}, case.diagnosis.person
    names = fillable(case.diagnosis)
    who = {"name": safe(person.name or person.upn), "app": safe(case.diagnosis.app.name)}
    head = _("Fill in what is empty for {name}").format(**who)
    words = _("I write it into the directory in your name, with your reason, and then provision {name} to {app}.")
    body: list[Block] = [title(head, Tone.ACCENT, text(words.format(**who)))]
    if complaint:
        body.append(text(complaint, bold=True))
    body += [_value(name, kept.get(VALUE + name, "")) for name in names]
    body.append(_why(kept.get(WHY, "")))
    about = {"case": case.id, "version": case.version}
    back = execute(_("Back"), "refresh", {"case": case.id}, associatedInputs="none")
    return make(body, summary=head, actions=[execute(_("Fill in and provision"), "fill", about, main=True), back])


def _value(name: str, value: str) -> Block:
    block = _input(VALUE + name, attribute(name), value, WRITABLE[name])
    if name == "mail":
        return block | {"style": "email", "regex": _ADDRESS, "errorMessage": _("Please write an address.")}
    return block | {"errorMessage": _("Please fill this in.")}


def _why(value: str) -> Block:
    block = _input(WHY, _("Why is this right?"), value, LONGEST_WHY)
    return block | {"errorMessage": _("Please write where you know it from.")}


def _input(name: str, label: str, value: str, longest: int) -> Block:
    block: Block = {"type": "Input.Text", "id": name, "label": label, "isRequired": True, "maxLength": longest}
    return block | ({"value": value} if value else {})
