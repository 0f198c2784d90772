"""What a replica does for other desks, as a process of its own: ``python -m tests.bot.carrier URL SERVICENOW LEASE``.

It ends when the process that started it does: its standard input closes.
"""

import asyncio
import os
import sys
from datetime import timedelta

from bot.desk_settings import DeskSettings
from bot.desks import carrying
from provisioning.store.books import PostgresBooks
from provisioning.store.database import open_database
from provisioning.store.post import PostgresPost
from provisioning.store.queue import Queue


async def main(url: str, servicenow: str, lease: float) -> None:
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), os._exit, 3)
    settings = DeskSettings(servicenow_url=servicenow, servicenow_user="desk", servicenow_password="secret")
    async with open_database(url) as pool:
        post = PostgresPost(pool, lease=timedelta(seconds=lease))
        async with carrying(settings, post=post, books=PostgresBooks(pool, Queue(pool))):
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
