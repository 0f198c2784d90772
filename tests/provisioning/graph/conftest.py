"""A scripted Graph for faults, the sandbox company for everything else."""

import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from provisioning.graph import GraphClient, GraphReader, open_graph
from sandbox import Company, start
from tests.provisioning.graph.fake import FakeCredential, FakeGraph, FakeTime, running_graph


@pytest.fixture
async def fake() -> AsyncIterator[FakeGraph]:
    async with running_graph() as graph:
        yield graph


@pytest.fixture
def clock() -> FakeTime:
    return FakeTime()


@pytest.fixture
def credential() -> FakeCredential:
    return FakeCredential(wall=time.time())


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(fake: FakeGraph, clock: FakeTime, credential: FakeCredential, session: aiohttp.ClientSession) -> GraphClient:
    return GraphClient(
        session,
        credential,
        graph=fake.origin,
        sleep=clock.sleep,
        monotonic=clock.monotonic,
        jitter=lambda: 1.0,
    )


@pytest.fixture
async def company() -> AsyncIterator[Company]:
    company = await start()
    yield company
    await company.stop()


@pytest.fixture
async def graph(company: Company) -> AsyncIterator[GraphClient]:
    async with open_graph(
        graph=company.origin,
        authority=company.origin,
        tenant_id=company.tenant_id,
        client_id=company.client_id,
        client_secret=company.client_secret,
    ) as client:
        yield client


@pytest.fixture
def reader(company: Company, graph: GraphClient) -> GraphReader:
    return GraphReader(graph, agents_group=company.agents_group, admins_group=company.admins_group)
