"""``sync-desk outbox``: messages that were refused or may not have arrived."""

import sys
from typing import Any

import click

from bot.commands.console import database, json_option, pretty, run, tell
from bot.exits import NO, sentences


@click.group()
def outbox() -> None:
    """Messages that were refused or may not have arrived: list them, send one again, let one be.

    The desk repeats none of them by itself, because people could read it twice: look into the chat first.

    \b
    Examples: sync-desk outbox list
              sync-desk outbox resend 4711
    """


@outbox.command("list")
@json_option
def list_unsent(as_json: bool) -> None:
    """Show them, oldest first: where, with whom (their Entra object id), the first words, and why."""
    with sentences():
        from bot.unsent import drawn

        found = run(_listed())
        click.echo(pretty([each.as_json() for each in found]) if as_json else drawn(found))


@outbox.command()
@click.argument("number", type=click.IntRange(1, 2**63 - 1), metavar="ID")
@json_option
def resend(number: int, as_json: bool) -> None:
    """Send one again; a running desk does it within seconds.

    It comes below what was said there since, and a card shows how it stands then. Whoever saw it before reads it twice.
    """
    with sentences():
        from provisioning.errors import RefusedError

        try:
            found = run(_in_line_again(number))
        except RefusedError as no:
            tell(f"Error: {no}")
            sys.exit(NO)
        click.echo(pretty(found.as_json()) if as_json else f"Message {number} is in line again.")


@outbox.command()
@click.argument("number", type=click.IntRange(1, 2**63 - 1), metavar="ID")
@json_option
def drop(number: int, as_json: bool) -> None:
    """Let one be; it is not sent, and doctor does not count it any more.

    If it did arrive, a card of it stays as it was: the desk does not know where it stands.
    """
    with sentences():
        found = run(_dropped(number))
        click.echo(pretty(found.as_json()) if as_json else f"Message {number} is dropped.")


async def _listed() -> Any:
    from bot.unsent import listed

    async with database() as pool:
        return await listed(pool)


async def _in_line_again(number: int) -> Any:
    from bot import unsent
    from bot.work import redraw_later
    from provisioning.store.queue import Queue

    async with database() as pool:
        return await unsent.resend(pool, number, redraw_later=redraw_later(Queue(pool)))


async def _dropped(number: int) -> Any:
    from bot import unsent

    async with database() as pool:
        return await unsent.drop(pool, number)
