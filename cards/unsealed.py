"""Why a button did nothing, in kind words; the card that belongs to it is shown with them, as it stands now."""

from cards.words import _


def older_card() -> str:
    """It was drawn before buttons were sealed."""
    return _("That button is on an older card, so I did nothing. Here is the newest; please look and press there.")


def expired() -> str:
    """It was offered too long ago."""
    return _("That button was offered too long ago, so I did nothing. Here is how it stands now.")


def not_ours() -> str:
    """Its seal is not ours, or does not fit what it carries."""
    return _("That button is not one that I made, so I did nothing. Here is how it stands now.")


def changed_since() -> str:
    """Somebody or something else was first."""
    return _("It has changed since this card was drawn, so I did nothing. Here is how it stands now.")


def look_again() -> str:
    """A button of an older card that would have written a ticket."""
    return _("That button is on an older card, so I have sent nothing yet. Please look at the text and send it here.")
