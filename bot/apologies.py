"""What is said when there is no answer: one sentence for whoever asked, chosen by what they can do about it."""

from bot.identity import StrangerError
from cards.troubles import error_said
from cards.words import _
from provisioning.errors import DeskError, NotAllowedError, NotThereError, TryLaterError


def apology(problem: BaseException) -> str:
    """One sentence in the language of the moment; nothing of a foreign exception is shown."""
    match problem:
        case StrangerError(code="not_in_tenant"):
            return _("I cannot find your account in this organisation's directory, so I may not answer you.")
        case StrangerError():
            return _("Teams did not tell me which account of this organisation you are, so I may not answer you.")
        case TryLaterError():
            return _("Microsoft Entra ID is busy or does not answer. Please ask again in a minute.")
        case TimeoutError():
            return _("That took too long, so I stopped. Please ask again.")
        case DeskError() if said := error_said(problem):
            return said
        case _:
            return _("Something went wrong on my side. Please try again; if it stays so, write “I need a human”.")


def status(problem: BaseException) -> int:
    """The HTTP status that says the same."""
    match problem:
        case NotAllowedError():
            return 403
        case NotThereError():
            return 404
        case TryLaterError() | TimeoutError():
            return 503
        case DeskError():
            return 409
        case _:
            return 500


def still_working() -> str:
    """What a click is told whose card takes longer than Teams waits."""
    return _("Still working on it; this card changes by itself.")


def answered_below() -> str:
    """What a click is told whose card would have replaced one that others read."""
    return _("The answer is a message of its own, so that this card stays as it is.")


def not_taken_in() -> str:
    """A click that came while the database was away: nothing has begun."""
    return _("I cannot reach my own memory at the moment, so I did nothing. Please click again in a minute.")


def not_written_down() -> str:
    """A click under which the database went away."""
    return _("I lost my own memory on the way and do not know whether that counted. Please press Refresh in a minute.")


def gave_up() -> str:
    """A click that was told to wait, and that several processes died over."""
    return _("I could not finish what you clicked. Please press Refresh to see how it stands before you try again.")


def reads_now() -> str:
    """Before the answer to a message that was answered before and that its writer has changed."""
    return _("You changed your message. This answers it as it reads now:")


def write_to_me() -> str:
    """Whoever came by a dialog or a message extension, which this bot does not have."""
    return _("I answer in the chat. Write to me there, for example “why is José not in AskCody”.")


def lost_the_thread() -> str:
    """After an update in the middle of a conversation."""
    return _("I was updated in the meantime and have forgotten where we were. I take your message as a new question.")


def stumbled() -> str:
    """A message that several processes died over."""
    return _("I could not work on your last message. Please ask in other words, or write “I need a human”.")
