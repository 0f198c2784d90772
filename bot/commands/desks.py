"""``sync-desk desks``: what other desks are still owed, and what they did not take."""

from collections.abc import Callable, Coroutine
from typing import Any

import click

from bot.commands.console import database, json_option, pretty, run
from bot.exits import sentences


@click.group()
def desks() -> None:
    """Other desks (ServiceNow, Jira, webhook, mail): what they are still owed, and what they did not take.

    A step of a ticket that a desk refuses is dead until you say what becomes of it; the ticket's later steps wait
    behind it. While a desk is down, nothing is dead: its tickets wait.

    \b
    Examples: sync-desk desks list
              sync-desk desks retry 4711
    """


@desks.command("list")
@json_option
def list_owed(as_json: bool) -> None:
    """Show every desk that is owed something, and every dead step with its reason."""
    with sentences():
        from bot.desks import drawn, overview

        found = run(_post(overview))
        click.echo(pretty(found) if as_json else drawn(found))


@desks.command("retry")
@click.argument("number", type=click.IntRange(1, 2**63 - 1), metavar="ID", required=False)
@click.option("--all", "everything", is_flag=True, help="Everything that is dead.")
def retry_dead(number: int | None, everything: bool) -> None:
    """Put a dead step in line again; a running desk tells it within seconds."""
    with sentences():
        from bot.desks import retry_all

        if (number is None) is not everything:
            raise click.UsageError("Name one ID, or --all.")
        if number is None:
            click.echo(f"{len(run(_post(retry_all)))} in line again.")
        else:
            run(_post(lambda post: post.retry(number)))
            click.echo(f"Delivery {number} is in line again.")


@desks.command("drop")
@click.argument("number", type=click.IntRange(1, 2**63 - 1), metavar="ID")
def drop_dead(number: int) -> None:
    """Let a dead step be; the ticket's later steps go on."""
    with sentences():
        run(_post(lambda post: post.drop(number)))
        click.echo(f"Delivery {number} is dropped.")


async def _post(work: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
    from provisioning.store.post import PostgresPost

    async with database() as pool:
        return await work(PostgresPost(pool))
