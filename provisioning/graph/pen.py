"""Writing into the directory: attributes of one user, sent once. Graph refuses it for synchronised accounts."""

from collections.abc import Mapping

from provisioning.graph.addresses import path
from provisioning.graph.client import GraphClient
from provisioning.graph.refusals import refusal

LONGEST = 15.0  # seconds


class GraphPen:
    """``provisioning.ports.Pen`` over Microsoft Graph. It needs User.ReadWrite.All."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def fill_in(self, person_id: str, values: Mapping[str, str]) -> None:
        """See ``Pen``."""
        answer = await self._client.write_once("PATCH", path("users", person_id), dict(values), within=LONGEST)
        if not answer.good:
            raise refusal(answer)
