"""What needs PyTorch is not collected where it is missing: `make train-setup` installs it."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") else ["test_*.py"]
