"""Groups, put together: the conversation, the buttons, what goes on meanwhile, and the telling of how it ended."""

import logging

from bot.proactive import Proactive
from cards.group import group_news
from cards.words import use_language
from dialogs.feature import Feature
from dialogs.group import group_feature
from dialogs.talk import Reply
from provisioning.casework.fives import TOLD_GROUP
from provisioning.casework.group_runs import GroupRuns
from provisioning.errors import NotThereError
from provisioning.graph.reader import GraphReader
from provisioning.group_ports import GroupLevers
from provisioning.ports import Pace
from provisioning.store.groups import PostgresGroups

_log = logging.getLogger(__name__)


def talk_of_groups(*, books: PostgresGroups, reader: GraphReader, levers: GroupLevers, pace: Pace) -> Feature:
    """What can be said and pressed, and what goes on meanwhile."""
    groups = GroupRuns(reader=reader, levers=levers, books=books, pace=pace)
    return group_feature(tenant=reader, found=reader, groups=groups)


def group_telling(*, books: PostgresGroups, proactive: Proactive) -> Feature:
    """What is told afterwards."""

    async def tell(run_id: str) -> None:
        """One line where the group was wished for, once."""
        run = await books.read_run(run_id)
        if not run.origin:  # the wish of a desk that did not keep where it came from
            return
        with use_language(await proactive.language(run.origin)):
            news = Reply(text=group_news(run))
        try:
            await proactive.say(run.origin, news, key=f"group:{run_id}:over")
        except NotThereError:  # wished for on the command line, or the bot was removed: the card keeps it
            _log.warning("nobody can be told of a group: there is no such chat (any more)")

    return Feature(work={TOLD_GROUP: tell})
