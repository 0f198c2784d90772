"""What survives a restart, and what a changed tenant file means for it."""

from pathlib import Path
from typing import Any

from tests.sandbox.company import BEN, CLEO, DORA, TEAM, person_of, small, visiting

Json = dict[str, Any]


async def test_everything_is_as_it_was_left(tmp_path: Path) -> None:
    data = tmp_path / "data"
    world = small()
    person_of(world, DORA)["mail"] = None
    world["apps"][0]["assignments"].append({"principalId": DORA})
    async with visiting(world, tmp_path, data) as visitor:
        await visitor.cycle()
        await visitor.advance("PT2H")
        await visitor.call("PATCH", f"users/{CLEO}", {"jobTitle": "Boss"})
        await visitor.call("POST", f"groups/{TEAM}/members/$ref", {"@odata.id": f"x/{BEN}"})
        await visitor.play("POST", "/faults", {"logLagSeconds": 1})
        await visitor.advance("PT1M")
        before = await _state(visitor)
    async with visiting(world, tmp_path, data) as visitor:
        after = await _state(visitor)
        assert after["clock"]["now"][:15] == before["clock"]["now"][:15]
        assert after["clock"]["nextCycles"] == before["clock"]["nextCycles"]
        for part in ("job", "rows", "accounts", "faults", "title", "members"):
            assert after[part] == before[part], part
        assert after["counters"]["usersPatched"] == 1
        assert after["counters"]["requests"] > before["counters"]["requests"]
        rows_before = len(before["failed"])
        await visitor.advance("PT6H")
        assert "retried 1 times" in str((await visitor.log_of(DORA))[0])
        assert len(await visitor.log_of(DORA)) == rows_before + 1


async def _state(visitor: Any) -> Json:
    return {
        "clock": (await visitor.play("GET", "/clock")).body,
        "counters": (await visitor.play("GET", "/counters")).body,
        "faults": (await visitor.play("GET", "/faults")).body,
        "job": (await visitor.job())["status"],
        "rows": await visitor.log_of(BEN),
        "failed": await visitor.log_of(DORA),
        "accounts": await visitor.accounts(),
        "title": (await visitor.get(f"users/{CLEO}")).body["jobTitle"],
        "members": (await visitor.get(f"groups/{TEAM}/members?$select=id")).rows,
    }


async def test_a_change_is_on_disk_before_it_is_answered(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with visiting(small(), tmp_path, data) as visitor:
        await visitor.call("PATCH", f"users/{BEN}", {"jobTitle": "Boss"})
        kept = "".join(path.read_text() for path in data.glob("company-*.json"))
        assert '"Boss"' in kept
        assert list(data.glob("*.part")) == []


async def test_an_edited_tenant_file_starts_fresh_and_the_old_one_comes_back(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with visiting(small(), tmp_path, data) as visitor:
        await visitor.call("PATCH", f"users/{BEN}", {"jobTitle": "Boss"})
    edited = small() | {"tenant": small()["tenant"] | {"displayName": "Smaller"}}
    async with visiting(edited, tmp_path, data) as visitor:
        assert visitor.company.display_name == "Smaller"
        assert (await visitor.get(f"users/{BEN}")).body["jobTitle"] is None
    async with visiting(small(), tmp_path, data) as visitor:
        assert (await visitor.get(f"users/{BEN}")).body["jobTitle"] == "Boss"


async def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    for _ in range(2):
        async with visiting(small(), tmp_path) as visitor:
            assert (await visitor.get(f"users/{BEN}")).body["jobTitle"] is None
            await visitor.call("PATCH", f"users/{BEN}", {"jobTitle": "Boss"})
    assert [path.name for path in tmp_path.iterdir()] == ["tenant.json"]
