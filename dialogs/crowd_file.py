"""A crowd as a CSV file: offered where only whoever asks reads along, made anew when it is given."""

from uuid import uuid4

from cards import crowd_file as words
from cards.crowd_list import csv_file
from cards.words import _
from dialogs.needs import Crowds, FileOffers
from dialogs.pressed import identifier
from dialogs.talk import PERSONAL, Click, Reply
from provisioning.errors import RefusedError
from provisioning.model import Actor


class CrowdFile:
    """The button *As a file* and what is in the file. ``offers`` None: the channel takes none from us."""

    def __init__(self, crowds: Crowds, offers: FileOffers | None) -> None:
        self._crowds = crowds
        self._offers = offers

    def button(self, click: Click) -> str:
        """What a new button is used up by; "" where there is none. Teams takes files only in personal chats."""
        return str(uuid4()) if self._offers is not None and click.kind == PERSONAL else ""

    async def offer(self, click: Click, actor: Actor, number: int) -> Reply:
        """Ask below whether it may be given. NotAllowedError, NotThereError, RefusedError."""
        if self._offers is None or click.kind != PERSONAL:
            raise RefusedError(_("I can give a file only in our own chat in Teams. As CSV shows the same as text."))
        once = identifier(click.data, "once")
        progress = await self._crowds.progress(actor, number)
        size = len(await self.content(actor, number))
        new = await self._offers.offer(actor, click.conversation, progress.crowd, size=size, once=once)
        return Reply(text=words.offered() if new else words.offered_before())

    async def content(self, actor: Actor, number: int) -> bytes:
        """Everybody as they stand now, for somebody who may see them now. NotAllowedError, NotThereError."""
        progress = await self._crowds.progress(actor, number)
        everybody = sum(progress.counts.values())
        return csv_file(await self._crowds.members(actor, number, skip=0, most=everybody))
