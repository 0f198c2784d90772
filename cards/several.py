"""Several people in one app: an answer for each, one line a person, and a way to open each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cards._kit import Card, Tone, make, safe, text, title
from cards._rows import Row, rows_block
from cards.passport import SIGNS, row_words, signs_and_source
from cards.troubles import error_said
from cards.voice import Voice
from cards.words import _, ngettext
from provisioning.errors import DeskError
from provisioning.model import App, Diagnosis, Person
from provisioning.survey import Rank, rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """Somebody who was named and is not one person: nobody fits, or several do."""

    words: str
    fits: tuple[Person, ...] = ()


Answer = Diagnosis | tuple[Person, DeskError] | Unsettled


def several_card(
    app: App, answers: Sequence[Answer], *, as_of: datetime, question: str, more: int = 0, notes: Sequence[str] = ()
) -> Card:
    """``answers`` in the order to be shown; ``more``: people named beyond what one answer looks at."""
    about = {"app": app.id, "intent": "status", "question": question}
    lines, actions = rows_block([_row(one) for one in answers], verb="choose_person", key="person", about=about)
    known = [one for one in answers if isinstance(one, Diagnosis)]
    broken = sum(rank(one) is Rank.BROKEN for one in known)
    said = ngettext(
        "{app}: for {broken} of {n} person something has to be mended.",
        "{app}: for {broken} of {n} people something has to be mended.",
        len(known),
    ).format(app=safe(app.name), broken=broken, n=len(known))
    certain = len(known) == len(answers) and all(rank(one) is not Rank.UNCLEAR for one in known)
    tone = Tone.ATTENTION if broken else Tone.GOOD if certain else Tone.WARNING
    body = [title(said, tone), *(text(words, subtle=True) for words in notes), *lines]
    if more:
        limit = ngettext(
            "{n} more person was named; I look at ten at a time.",
            "{n} more people were named; I look at ten at a time.",
            more,
        )
        body.append(text(limit.format(n=more)))
    body.append(text(signs_and_source(as_of), subtle=True, small=True, separator=True))
    return make(body, summary=said, actions=actions)


def _row(answer: Answer) -> Row:
    if isinstance(answer, Diagnosis):
        person = answer.person
        sign, words = SIGNS[rank(answer)], row_words(answer, Voice.AGENT)
        return Row(name=person.name or person.upn, sign=sign, words=words, id=person.id)
    if isinstance(answer, Unsettled):
        return _unsettled(answer)
    person, error = answer
    return Row(name=person.name or person.upn, sign="?", words=error_said(error), id=person.id)


def _unsettled(answer: Unsettled) -> Row:
    if not answer.fits:
        return Row(name=answer.words, sign="?", words=_("I found nobody of this name."))
    who = ", ".join(safe(person.upn) for person in answer.fits[:5])
    if len(answer.fits) == 1:
        return Row(
            name=answer.words, sign="?", words=_("nobody has exactly this name; did you mean {who}?").format(who=who)
        )
    return Row(name=answer.words, sign="?", words=_("several people fit: {who}. Write the address.").format(who=who))
