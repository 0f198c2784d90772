"""Where a process listens, as the kernel tells it (Linux)."""

from pathlib import Path

TABLE = Path("/proc/net/tcp")
LOOPBACK = "0100007F"  # 127.0.0.1 as the table writes it: hexadecimal, lowest byte first


def listeners(pid: int) -> set[str]:
    """Local addresses, as the kernel's hexadecimal, on which a process listens for TCP."""
    sockets = _sockets(pid)
    found = set()
    for table in (TABLE, TABLE.with_name("tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:  # 0A: LISTEN
                found.add(fields[1].split(":")[0])
    return found


def _sockets(pid: int) -> set[str]:
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except FileNotFoundError:  # closed since the folder was listed
            continue
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found
