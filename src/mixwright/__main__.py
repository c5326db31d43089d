"""`python -m mixwright` is the `mixwright` command."""

from __future__ import annotations

from .cli import main

if __name__ == "__main__":
    main()
