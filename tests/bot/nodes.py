"""Node.js for tests, where there is one; what needs it is skipped with the reason where there is none."""

import asyncio
import functools

import pytest

from bot.playground.node import Node, NoNodeError, find_node


def node_or_skip() -> Node:
    found = _found()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@functools.cache
def _found() -> Node | str:
    try:
        return asyncio.run(find_node())
    except NoNodeError as reason:
        return str(reason)
