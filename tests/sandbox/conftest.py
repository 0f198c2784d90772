"""Companies that open when a test asks for one and close when it ends."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.company import Visitor, small, visiting

Json = dict[str, Any]


@pytest.fixture
def world() -> Json:
    """A healthy little company, for the test to spoil."""
    return small()


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Visitor]]]:
    """Open a company: `await visit(world)`, with `data=` for one that survives."""
    async with AsyncExitStack() as stack:

        async def opened(world: Json | None, data: Path | None = None) -> Visitor:
            return await stack.enter_async_context(visiting(world, tmp_path, data))

        yield opened
