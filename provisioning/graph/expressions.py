"""Graph's own evaluation of mapping expressions, which changes nothing.

Microsoft lists Synchronization.ReadWrite.All for it; a desk that may only read leaves those expressions alone.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from provisioning.attributes import UNREAD, value_of
from provisioning.graph.batch import Part, batch
from provisioning.graph.client import GraphClient
from provisioning.graph.jobs import jobs_path
from provisioning.model import Job, Person, Schema
from provisioning.xray import not_evaluated


class _Parsed(Struct, rename="camel"):
    evaluation_succeeded: bool | None = None
    evaluation_result: list[Any] | None = None


async def work_out(
    client: GraphClient, person: Person, job: Job, schema: Schema, *, most: int
) -> dict[str, str | None]:
    """What Graph makes of the first ``most`` expressions that we do not evaluate; one that it does not is left out."""
    expressions = not_evaluated(person, schema)[: max(0, most)]
    if not expressions:
        return {}
    sources = {mapping.expression: mapping.sources for mapping in schema.mappings}
    where = jobs_path(job.app_id, job.id, "schema", "parseExpression")
    parts = [Part(path=where, body=_body(person, each, sources[each])) for each in expressions]
    found: dict[str, str | None] = {}
    for expression, answer in zip(expressions, await batch(client, parts), strict=True):
        parsed = client.decode(answer, _Parsed) if answer.good else _Parsed()
        if parsed.evaluation_succeeded:
            values = [str(value) for value in parsed.evaluation_result or () if value not in (None, "")]
            found[expression] = "; ".join(values) or None
    return found


def _body(person: Person, expression: str, sources: Sequence[str]) -> dict[str, Any]:
    values = {name: value_of(person, name) for name in sources}
    properties = [{"key": name, "value": value} for name, value in values.items() if value is not UNREAD]
    return {"expression": expression, "testInputObject": {"properties": properties}}
