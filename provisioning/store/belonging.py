"""Whose memory a database is: one tenant's, real or played. Nobody else may open it.

Without this a service that is pointed at a demo's database would take over its conversations, and a sandbox, which
lets anybody in, could be pointed at the tickets of a real tenant.
"""

from provisioning.errors import DeskError
from provisioning.store.database import Pool


async def belong(pool: Pool, *, tenant_id: str, sandbox: bool) -> None:
    """Mark a new database as this tenant's; DeskError when it is another's, or one is real and the other played."""
    async with pool.connection() as connection:
        await connection.execute(
            "INSERT INTO desk (tenant, sandbox) VALUES (%s, %s) ON CONFLICT (only_one) DO NOTHING",
            (tenant_id, sandbox),
        )
        row = await (await connection.execute("SELECT tenant, sandbox FROM desk")).fetchone()
    if row != (tenant_id, sandbox):
        raise DeskError(
            "This database is the memory of another tenant, or of the sandbox: name another database or data folder."
        )
