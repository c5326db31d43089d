"""The networks that one has, looked at: versions, who is champion, where each file is. Looking changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..errors import ModelError
from .network import SHIPPED, Network, load_network
from .registry_file import Change, Version, read_facts, read_state

__all__ = ["CHALLENGER", "CHAMPION", "FACTS", "NETWORK", "SHIPPED_NAME", "Versions"]

CHAMPION, CHALLENGER, SHIPPED_NAME = "champion", "challenger", "shipped"
NETWORK, FACTS = "network.onnx", "version.json"
LEAST_DIGITS = 4


class Versions:
    """The versions in a folder, which need not be there yet; without any, the shipped network is champion."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "registry.json"

    def versions(self) -> list[Version]:
        """All versions, the shipped one first, then in the order in which they came.

        Errors
        ------
        ModelError
            A version's facts cannot be read.
        """
        found = [read_facts(path) for path in self.folder.glob(f"*/{FACTS}")]
        return [_shipped(), *sorted(found, key=lambda v: (v.created, v.version))]

    def aliases(self) -> dict[str, str]:
        """Version by alias: champion, and challenger where there is one."""
        state = read_state(self._file)
        found = {CHAMPION: state["champions"][-1] if state["champions"] else SHIPPED_NAME}
        return found | ({CHALLENGER: state["challenger"]} if state["challenger"] else {})

    def audit(self) -> list[Change]:
        """Every change, the oldest first."""
        return [Change(**row) for row in read_state(self._file)["audit"]]

    def find(self, name: str) -> str:
        """The version that an alias, a version or its first digits mean.

        Errors
        ------
        ModelError
            There is none, or there are several.
        """
        if name == SHIPPED_NAME:
            return name  # also where the registry is damaged
        if name in (CHAMPION, CHALLENGER) and name in (aliases := self.aliases()):
            return aliases[name]
        found = self._begin_with(name)
        if len(found) == 1:
            return found[0]
        if found:
            raise ModelError(f"version {name!r} is the beginning of {len(found)}: {', '.join(found)}")
        have = ", ".join([*self.aliases(), SHIPPED_NAME, *self._known()])
        raise ModelError(f"version {name!r}: there is none; there are {have}")

    def has(self, name: str) -> bool:
        """Whether a name means a version, or the beginning of several."""
        return name == SHIPPED_NAME or bool(self._begin_with(name)) or name in self.aliases()

    def network(self, name: str = CHAMPION) -> Path:
        """The file of a version's network.

        Errors
        ------
        ModelError
            As `find`.
        """
        version = self.find(name)
        return SHIPPED if version == SHIPPED_NAME else self.folder / version / NETWORK

    def checked(self, name: str) -> Network:
        """A version's network, loaded, its file as it was when it was registered.

        Errors
        ------
        ModelError
            As `find`; or the file is gone, was changed, or is damaged.
        """
        path, version = self.network(name), self.find(name)
        if version != SHIPPED_NAME:
            wanted = read_facts(self.folder / version / FACTS).sha256
            try:
                found = hashlib.sha256(path.read_bytes()).hexdigest()
            except OSError as error:
                raise ModelError(f"model {path}: cannot be read ({error.strerror or error})") from None
            if found != wanted:
                raise ModelError(f"model {path}: was changed after it was registered")
        return load_network(path)

    def _known(self) -> list[str]:
        return sorted(path.parent.name for path in self.folder.glob(f"*/{FACTS}"))

    def _begin_with(self, name: str) -> list[str]:
        """The version of this name, or all that begin with it."""
        known = self._known()
        if name in known:
            return [name]
        return [version for version in known if len(name) >= LEAST_DIGITS and version.startswith(name)]


def _shipped() -> Version:
    facts = load_network().facts
    digest = hashlib.sha256(SHIPPED.read_bytes()).hexdigest()
    return Version(SHIPPED_NAME, "", "", digest, run=f"network {facts.version}")
