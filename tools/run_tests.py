"""Run the tests of the pages, which mostly wait for a browser, beside all others; what the others say comes last.

    python tools/run_tests.py

By a program, since a shell lets what it runs in the background ignore Ctrl-C, and with it every program that the tests
start and interrupt.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile

PAGES = "tests/web"


def main() -> int:
    pytest = [sys.executable, "-m", "pytest"]
    with tempfile.TemporaryFile() as said:
        others = subprocess.Popen([*pytest, f"--ignore={PAGES}"], stdout=said, stderr=subprocess.STDOUT)
        try:
            pages = subprocess.run([*pytest, PAGES], check=False).returncode
        finally:
            code = others.wait()
        said.seek(0)
        shutil.copyfileobj(said, sys.stdout.buffer)
        sys.stdout.flush()
    return code or pages


if __name__ == "__main__":
    sys.exit(main())
