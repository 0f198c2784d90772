"""A crowd as a file in Teams: the card that asks for consent, the card of the file, and what is said around them.

Teams draws both cards itself; their shape is from Microsoft's "Send and receive files using bot".
"""

from collections.abc import Mapping
from typing import Any

from cards._kit import undo_markdown
from cards.words import _
from provisioning.crowds import Crowd

CONSENT = "application/vnd.microsoft.teams.card.file.consent"
GIVEN = "application/vnd.microsoft.teams.card.file.info"


def consent_card(crowd: Crowd, size: int, context: Mapping[str, Any]) -> dict[str, Any]:
    """The attachment that asks whether a file of about ``size`` bytes may be given; ``context`` comes back with it."""
    said = _("Everybody of {crowd}, {app}, as a CSV file. It goes into your OneDrive, and only if you allow it.")
    description = undo_markdown(said.format(crowd=crowd.name, app=crowd.app.name if crowd.app else _("the app")))
    content = {
        "description": description,
        "sizeInBytes": size,
        "acceptContext": dict(context),
        "declineContext": dict(context),
    }
    return {"contentType": CONSENT, "name": f"sync-desk-{crowd.name}.csv", "content": content}


def file_card(upload: Mapping[str, str]) -> dict[str, Any]:
    """The attachment that shows the file where it lies now."""
    return {
        "contentType": GIVEN,
        "contentUrl": upload["contentUrl"],
        "name": upload["name"],
        "content": {"uniqueId": upload["uniqueId"], "fileType": upload["fileType"]},
    }


def offered() -> str:
    """The button was pressed."""
    return _("Below you can say whether the file may go into your OneDrive.")


def offered_before() -> str:
    """The same button was pressed again."""
    return _("I have asked you about this file already. For another one, press As CSV on the list's card.")


def allowed(crowd: int) -> str:
    """Stands where the question was, if that cannot be taken back."""
    return _("You allowed the file of {crowd}.").format(crowd=f"C-{crowd}")


def declined(crowd: int) -> str:
    """Nothing was sent."""
    return _("Nothing was sent. As CSV on the card of {crowd} shows everybody as text.").format(crowd=f"C-{crowd}")


def too_late(crowd: int) -> str:
    """The question was asked too long ago."""
    said = _("I asked you about this file too long ago, so nothing was sent. Press As CSV on the card of {crowd}.")
    return said.format(crowd=f"C-{crowd}")


def not_given(crowd: int, why: str) -> str:
    """It was allowed, and went wrong; there is another way."""
    said = _("I could not put the file of {crowd} into your OneDrive. {why} As CSV on its card shows the same as text.")
    return said.format(crowd=f"C-{crowd}", why=why)


def elsewhere() -> str:
    """The address is none that we send to."""
    return _("The place that I was told is not in OneDrive or SharePoint, so I sent nothing.")


def too_large() -> str:
    """More than one piece of an upload."""
    return _("It is too large to be sent.")


def taken_no_more() -> str:
    """Used up, by time or by an upload that nobody heard the end of."""
    return _("OneDrive takes nothing there any more. Should you find the file all the same, it is whole.")


def busy() -> str:
    """It did not answer, or not well."""
    return _("OneDrive did not take it in several attempts. Should you find the file all the same, it is whole.")
