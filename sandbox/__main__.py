"""`python -m sandbox`: open a company by itself, or check a tenant file."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from sandbox import TenantFileError, start
from sandbox.tenant import read_tenant


def main(arguments: list[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if given[:1] == ["validate"]:
            return _validate(given[1:])
        return asyncio.run(_serve(_options(given)))
    except TenantFileError as mistake:
        print(mistake, file=sys.stderr)
        return 2
    except OSError as busy:
        print(f"The port cannot be opened: {busy.strerror}.", file=sys.stderr)
        return 1


def _options(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--tenant", type=Path, help="a tenant file; left out, the demo's company")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--data", type=Path, help="a folder that survives a restart; left out, nothing does")
    return parser.parse_args(given)


def _validate(given: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox validate")
    parser.add_argument("file", type=Path)
    path = parser.parse_args(given).file
    tenant = read_tenant(path)
    print(
        f"{path}: {tenant.tenant.display_name}, {len(tenant.users)} users, {len(tenant.groups)} groups, "
        f"{len(tenant.apps)} apps."
    )
    return 0


async def _serve(options: argparse.Namespace) -> int:
    company = await start(options.tenant, port=options.port, data=options.data)
    print(f"{company.display_name} is open at {company.origin}")
    print(f"  sign-in  {company.origin}/{company.tenant_id}/oauth2/v2.0/token  (client {company.client_id})")
    print(f"  Graph    {company.origin}/v1.0")
    print(f"  controls {company.origin}/play", flush=True)
    stopped = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    await stopped.wait()
    await company.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
