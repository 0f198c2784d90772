"""A database has one tenant, and what was played never meets what is real."""

import pytest

from provisioning.errors import DeskError
from provisioning.store.belonging import belong
from provisioning.store.database import open_database


async def test_the_first_tenant_keeps_a_database_for_itself(database_url: str) -> None:
    async with open_database(database_url) as pool:
        await belong(pool, tenant_id="t-1", sandbox=False)
        await belong(pool, tenant_id="t-1", sandbox=False)
        with pytest.raises(DeskError, match="another tenant"):
            await belong(pool, tenant_id="t-2", sandbox=False)


async def test_a_sandbox_never_opens_a_real_tenants_memory_nor_the_reverse(database_url: str) -> None:
    async with open_database(database_url) as pool:
        await belong(pool, tenant_id="t-1", sandbox=True)
        with pytest.raises(DeskError, match="sandbox"):
            await belong(pool, tenant_id="t-1", sandbox=False)
