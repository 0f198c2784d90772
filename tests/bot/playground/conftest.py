"""The Playground, installed once for the test run from the lock file."""

import asyncio
from pathlib import Path

import pytest

from bot.playground.node import Node
from bot.playground.playground import PlaygroundError, install
from bot.playground.stage import Player, Stage, set_stage
from tests.bot.nodes import node_or_skip

TENANT = "11111111-2222-4333-8444-555555555555"


def some_people(number: int) -> list[Player]:
    return [
        Player(
            id=f"00000000-0000-4000-8000-{serial:012d}",
            upn=f"person{serial}@contoso.example",
            name=f"Person {serial}",
            given_name="Person",
            surname=str(serial),
            mail="" if serial == 1 else f"person.{serial}@contoso.example",
        )
        for serial in range(number)
    ]


@pytest.fixture
def stage() -> Stage:
    return set_stage(some_people(8), tenant_id=TENANT, tenant_name="Contoso", speaker=None)


@pytest.fixture(scope="session")
def node() -> Node:
    return node_or_skip()


@pytest.fixture(scope="session")
def installed_folder(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("playground")
    try:
        asyncio.run(install(node, folder))
    except PlaygroundError as reason:
        pytest.skip(f"the Playground could not be installed: {reason}")
    return folder
