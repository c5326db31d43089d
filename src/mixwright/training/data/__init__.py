"""The music that is learned from: an index of it, what is wrong with it, its split, and its profiles.

`mixwright data index|check|split|stats` on the command line; docs/data.md has the layout of a folder.
"""

from __future__ import annotations

from .columns import read_index, write_rows
from .findings import Finding, check_rows
from .index import IndexReport, index_folder
from .splitting import SplitReport, split_rows
from .statistics import build_profiles, profile_file, tracks_of

__all__ = [
    "Finding",
    "IndexReport",
    "SplitReport",
    "build_profiles",
    "check_rows",
    "index_folder",
    "profile_file",
    "read_index",
    "split_rows",
    "tracks_of",
    "write_rows",
]
