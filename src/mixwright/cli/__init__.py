"""The command line: each command parses, calls the library, and prints."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Entry point of the `mixwright` command."""
    from .app import run

    run()
