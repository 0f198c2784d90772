"""Provisioning jobs and their schemas. A 401 here means permission, ownership or quarantine more often than a token."""

from typing import Any

from msgspec import Raw

from provisioning.graph.addresses import path
from provisioning.graph.client import GraphClient, read
from provisioning.graph.lists import read_items
from provisioning.graph.wire.jobs import JobRow, preferred, read_job
from provisioning.graph.wire.schemas import SchemaRow, read_schema
from provisioning.model import Job, Schema
from provisioning.schemas import fingerprint


def jobs_path(app_id: str, *further: str) -> str:
    """Below the service principal's jobs."""
    return path("servicePrincipals", app_id, "synchronization", "jobs", *further)


async def read_app_job(client: GraphClient, app_id: str) -> Job | None:
    """The job that counts; None where provisioning was never set up. NotThereError if the app is gone."""
    rows = await read_items(client, jobs_path(app_id), JobRow, options={})
    return preferred([read_job(row, app_id) for row in rows.items])


async def read_job_schema(client: GraphClient, app_id: str, job_id: str) -> Schema:
    """What the job does with users."""
    return read_schema(await client.get(jobs_path(app_id, job_id, "schema"), SchemaRow))


async def read_job_schema_whole(client: GraphClient, app_id: str, job_id: str) -> tuple[Schema, str]:
    """The same, and the fingerprint of everything that the schema holds."""
    raw = bytes(await client.get(jobs_path(app_id, job_id, "schema"), Raw))
    return read_schema(read(raw, SchemaRow)), fingerprint(read(raw, dict[str, Any]))
