"""``sync-desk demo``: a company, the desk and a Teams-like chat on this machine; one line says when all is ready."""

import asyncio
import os
import secrets
import shutil
import socket
import sys
import webbrowser
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.house import House, first_of, open_company, open_house
from bot.loopback import origin, reserve, serving
from bot.playground.node import NoNodeError
from bot.playground.playground import PlaygroundError
from bot.running import Note, hold, leave
from bot.signals import until_stopped
from bot.theatre import Theatre, control

if TYPE_CHECKING:
    from bot.desk_settings import DeskSettings

Say = Callable[[str], None]
DATA = Path(".sync-desk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for on the command line. ``port`` is the bot's; ``speaker`` an address, None: the demo's agent."""

    tenant: Path | None = None
    port: int = 3978
    data: Path = DATA
    speaker: str | None = None
    playground: bool = True
    browser: bool = True
    desks: "DeskSettings | None" = None  # what the environment says of other desks


async def demo(wishes: Wishes, *, say: Say, tell: Say) -> None:
    """Run until Ctrl-C or SIGTERM. ``say`` prints what was asked for (Ready), ``tell`` what happens meanwhile."""
    await until_stopped(_run(wishes, say, tell), stopping=lambda: tell("Stopping."))


async def _run(wishes: Wishes, say: Say, tell: Say) -> None:
    folder, desks = wishes.data, _on_this_machine(wishes.desks, tell)
    async with AsyncExitStack() as stack:
        stack.enter_context(hold(folder))
        door, side_door = _doors(stack, wishes.port)
        tell("Starting the company, the database and the desk.")
        company = await stack.enter_async_context(open_company(wishes.tenant, folder))
        theatre = Theatre(company, folder / "playground", bot=f"{origin(door)}/api/messages")
        opening = open_house(tenant=wishes.tenant, data=folder, door=door, company=company, desks=desks)
        house = await _side_by_side(stack, wishes, opening, theatre, tell)
        await theatre.furnish(house)
        key = secrets.token_urlsafe(24)

        def write_down() -> Note:
            note = _note(house, theatre, origin(side_door), key)
            leave(folder, note)
            return note

        await stack.enter_async_context(serving(control(theatre, house, key, write_down), side_door))
        note = write_down()
        say(f"Ready: bot {note.bot} tenant {note.tenant} chat {note.chat or 'none'}")
        for line in guide(note, theatre, folder, default=wishes.tenant is None, desks=desks):
            say(line)
        if note.chat and wishes.browser:
            await asyncio.to_thread(_open_browser, note.chat)
        await asyncio.Event().wait()


def _doors(stack: AsyncExitStack, port: int) -> tuple[socket.socket, socket.socket]:
    """The bot's socket and the demo's own, taken before anything is started."""
    doors = []
    for number in (port, 0):
        door = reserve(number)
        stack.callback(door.close)
        doors.append(door)
    return doors[0], doors[1]


async def _side_by_side(
    stack: AsyncExitStack, wishes: Wishes, opening: AbstractAsyncContextManager[House], theatre: Theatre, tell: Say
) -> House:
    """Start the desk and the Playground at the same time; without a Playground the desk runs all the same."""
    if wishes.playground:
        theatre.cast(wishes.speaker)  # an unknown address is said before anything slow starts
    try:
        async with asyncio.TaskGroup() as group:
            desk = group.create_task(stack.enter_async_context(opening))
            if wishes.playground:
                try:
                    await stack.enter_async_context(theatre.open(wishes.speaker, tell))
                except (NoNodeError, PlaygroundError) as error:
                    tell(f"{error}\nThe desk starts without the Playground.")
    except BaseExceptionGroup as several:
        raise first_of(several) from None
    return desk.result()


def _note(house: House, theatre: Theatre, control_at: str, key: str) -> Note:
    settings, now = house.settings, theatre.now
    return Note(
        pid=os.getpid(),
        bot=house.bot,
        tenant=house.company.origin,
        chat=now.url if now else None,
        speaker=now.stage.speaker.upn if now else None,
        control=control_at,
        key=key,
        tenant_id=settings.tenant_id,
        client_id=settings.client_id,
        client_secret=settings.client_secret or "",
        agents_group=settings.agents_group,
        admins_group=settings.admins_group,
        database_url=settings.database_url or "",
    )


def command(name: str, folder: Path) -> str:
    """How to type another command about the same demo, from the folder that this one was typed in."""
    program = "sync-desk" if shutil.which("sync-desk") else os.path.relpath(sys.argv[0])
    return f"{program} {name}" + ("" if folder == DATA.resolve() else f" --data {folder}")


def _on_this_machine(desks: "DeskSettings | None", tell: Say) -> "DeskSettings | None":
    """The desks that may hear of made-up tickets; the others are said, so that nobody waits for them."""
    if desks is None:
        return None
    for desk in desks.elsewhere():
        address = "SYNC_DESK_MAIL_HOST" if desk == "mail" else f"SYNC_DESK_{desk.upper()}_URL"
        tell(f"{address} is not on this machine: a demo's tickets are made up, so none goes there.")
    return desks.without(desks.elsewhere())


def _told(desks: "DeskSettings | None", bot: str) -> list[str]:
    """Which other desks hear of tickets, and where they may call back."""
    if desks is None or not desks.desk_hosts():
        return []
    back = ", ".join(desks.callback_secrets())
    calls = f" {back} may call back at {bot.removesuffix('/api/messages')}/api/desks/<name>." if back else ""
    return [f"  Desks:   tickets are also told to {', '.join(desks.desk_hosts())}.{calls}"]


def guide(
    note: Note, theatre: Theatre, folder: Path, *, default: bool, desks: "DeskSettings | None" = None
) -> list[str]:
    """Where to click, what to ask, how to be somebody else. ``default``: the company is the demo's own."""
    if theatre.now is None:
        return [
            *_told(desks, note.bot),
            f"  Talk to the desk in another terminal: {command('chat', folder)} --as UPN",
            "  Stop everything: Ctrl-C.",
        ]
    stage = theatre.now.stage
    other = stage.others[2] if stage.others[1:] else stage.others[0]
    mend = (
        '  Mend:    curl -X PATCH -H "Content-Type: application/json" -d \'{"mail": "jose@fabrikam.example"}\' '
        f"{note.tenant}/play/users/jose@fabrikam.example"
    )
    return [
        f"  Open     {note.chat}  (you are {stage.speaker.name}, {stage.speaker.upn})",
        "  Ask:     " + ("why can't José get into AskCody" if default else "help"),
        *([mend, "           and then click Provision now."] if default else []),
        "  Tickets  appear in the team's General channel.",
        *_told(desks, note.bot),
        f"  Be somebody else: {command('demo', folder)} --as {other.upn}  (in another terminal; then reload the page)",
        "  Stop everything: Ctrl-C.",
    ]


def _open_browser(url: str) -> None:
    """Open the page where there is a screen; a browser that lives in the terminal would take it from us."""
    screen = sys.platform in {"darwin", "win32"} or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if screen:
        with suppress(webbrowser.Error):
            webbrowser.open(url)
