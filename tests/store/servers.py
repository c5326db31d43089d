"""A PostgreSQL server of one's own for the tests, on a socket in a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
USER = "postgres"


def binaries() -> Path:
    """Where initdb and pg_ctl are; skips where PostgreSQL is not installed, but not in CI."""
    found = shutil.which("initdb")
    if found or PLACES:
        return Path(found).parent if found else PLACES[0]
    assert not os.environ.get("CI"), "these tests need PostgreSQL (apt-get install postgresql)"
    pytest.skip("PostgreSQL is not installed")


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database; the server refuses root, and then runs as the user that Debian's package made."""
    where = binaries()
    folder = Path(tempfile.mkdtemp(prefix="mixwright-pg-"))
    root = os.geteuid() == 0
    if root:
        shutil.chown(folder, USER)

    def run(command: Sequence[str | Path]) -> None:
        words = [str(word) for word in command]
        if root:
            words = ["runuser", "-u", USER, "--", *words]
        done = subprocess.run(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, done.stdout

    data, log = folder / "data", folder / "log"
    try:
        run([where / "initdb", "-D", data, "-U", "mixwright", "--auth=trust", "--no-sync"])
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}'"
        run([where / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start"])
        try:
            yield f"postgresql://mixwright@/postgres?host={folder}"
        finally:
            run([where / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
