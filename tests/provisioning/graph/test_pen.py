"""Writing into the directory: sent once, with nothing but what was said, and every refusal in its own word."""

import pytest

from provisioning.errors import NotAllowedError, RefusedError, TryLaterError, UncertainError
from provisioning.graph import GraphClient
from provisioning.graph.pen import GraphPen
from tests.provisioning.graph.fake import FakeGraph, Reply, refusal

WHERE = "/users/u-1"


async def test_nothing_but_the_values_is_sent(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(WHERE, Reply(status=204, body=""), method="PATCH")
    await GraphPen(client).fill_in("u-1", {"mail": "jose@fabrikam.example"})
    assert [heard.body for heard in fake.heard] == [{"mail": "jose@fabrikam.example"}]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (refusal(400, "Request_BadRequest"), RefusedError),
        (refusal(403, "Authorization_RequestDenied"), NotAllowedError),
        (refusal(429), TryLaterError),
        (refusal(504), UncertainError),
        (Reply(drop=True), UncertainError),
    ],
)
async def test_it_is_never_sent_twice(
    client: GraphClient, fake: FakeGraph, reply: Reply, kind: type[Exception]
) -> None:
    fake.on(WHERE, reply, Reply(status=204, body=""), method="PATCH")
    with pytest.raises(kind):
        await GraphPen(client).fill_in("u-1", {"mail": "jose@fabrikam.example"})
    assert len(fake.heard) == 1
