"""A case's card as an answer."""

from cards.case import case_card
from cards.voice import Voice
from dialogs.asking import shown
from dialogs.talk import Reply
from provisioning.cases import Case


def case_reply(case: Case) -> Reply:
    """In the voice of the person who asked: a card does not change its readers when somebody else presses it."""
    voice = Voice.AGENT if case.actor.is_agent else Voice.PERSON
    return shown(case_card(case, voice), about=f"case:{case.id}", voice=voice)
