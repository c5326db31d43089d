"""What comes from the table is what the table says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def check(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "tools" / "generate.py"), "--check"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_generated_files_are_current() -> None:
    result = check(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_changed_table_is_noticed(tmp_path: Path) -> None:
    for name in (
        "parameters.toml",
        "tools/generate.py",
        "tools/strip_tables.py",
        "dsp/strip_parameters.hpp",
        "src/mixwright/parameters/_generated_strip.py",
        "dsp/parameters.hpp",
        "src/mixwright/parameters/_generated.py",
        "docs/parameters.md",
        "tools/plugin_tables.py",
        "tools/profile_tables.py",
        "src/mixwright/parameters/profiles.json",
        "plugin/learn/profiles.hpp",
        "plugin/controls.hpp",
        "plugin/lv2/manifest.ttl",
        "plugin/lv2/mixwright.ttl",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    assert check(tmp_path).returncode == 0
    table = tmp_path / "parameters.toml"
    table.write_text(table.read_text(encoding="utf-8").replace("high = 1.2", "high = 1.3", 1), encoding="utf-8")
    assert check(tmp_path).returncode == 1
