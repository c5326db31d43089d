"""The networks that one has: versions with where each came from, who is champion, and every change of that.

A folder with one file, `registry.json`, and a folder for each version. The file is replaced whole: an alias and the
line that tells of its change are one step, and a mix reads nothing else to find its network. (MLflow keeps the runs of
training; mixing needs neither it nor a database.)
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..audio.atomic import atomic_path
from ..errors import ModelError
from .network import SHIPPED, Network, load_network
from .registry_file import Change, Version, as_json, changing, file_bytes, now, read_facts, read_state, told

__all__ = ["CHALLENGER", "CHAMPION", "SHIPPED_NAME", "Registry"]

CHAMPION, CHALLENGER, SHIPPED_NAME = "champion", "challenger", "shipped"
NETWORK, CARD, FACTS = "network.onnx", "model_card.md", "version.json"
LEAST_DIGITS = 4


class Registry:
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

    def register(
        self,
        network: Path,
        *,
        parent: str = "",
        card: str = "",
        files: Mapping[str, bytes] | None = None,
        **facts: Any,
    ) -> Version:
        """Take a network in as challenger; one that is known already is only made challenger again, and the champion
        stays what it is.

        Parameters
        ----------
        network
            Its file, which is copied.
        parent
            The version that it is to follow; the champion without.
        card
            The text of its model card.
        files
            Other files to keep with it, by name.
        facts
            Further fields of `Version`.

        Errors
        ------
        ModelError
            The file cannot be used.
        AudioWriteError
            The folder cannot be written.
        """
        data = file_bytes(network)
        version = Network(data, str(network)).facts.version
        if not version.isalnum() or version in (CHAMPION, CHALLENGER, SHIPPED_NAME):
            raise ModelError(f"model {network}: version {version!r} cannot be a folder's name")
        with changing(self._file) as state:
            row = Version(
                version=version, parent=parent or self.aliases()[CHAMPION], created=now(),
                sha256=hashlib.sha256(data).hexdigest(), **facts,
            )  # fmt: skip
            if not (self.folder / version / FACTS).is_file():
                self._write_version(row, data, card, files or {})
            else:
                row = read_facts(self.folder / version / FACTS)
                if row.sha256 != hashlib.sha256(data).hexdigest():
                    raise ModelError(f"model {network}: version {version} is registered with another file")
            if version not in (state["challenger"], self.aliases()[CHAMPION]):
                state["challenger"] = version
                self._note(state, "register", version, f"from {row.run}" if row.run else "")
            return row

    def keep(self, version: str, name: str, text: str) -> str:
        """Keep a document with a version; its SHA-256."""
        folder = self.folder / self.find(version)
        data = text.encode()  # the same bytes on every system, or the hash would be of others
        with told(folder), atomic_path(folder / name) as temporary:
            temporary.write_bytes(data)
        return hashlib.sha256(data).hexdigest()

    def promote(self, name: str, *, reason: str, document_sha256: str = "", against: str = "") -> str:
        """Make a version champion, from the next mix on; the version.

        Parameters
        ----------
        against
            Who was champion when that was decided; without, whoever is.

        Errors
        ------
        ModelError
            As `checked`; or it is champion already; or another became champion meanwhile.
        """
        version = self.find(name)
        self.checked(version)
        with changing(self._file) as state:
            before = self.aliases()[CHAMPION]
            if before == version:
                raise ModelError(f"version {version}: is champion already")
            if against and against != before:
                raise ModelError(
                    f"version {version}: was judged against {against}, and {before} became champion meanwhile; it has "
                    "to be judged against that"
                )
            state["champions"].append(version)
            if state["challenger"] == version:
                state["challenger"] = ""
            self._note(state, "promote", version, reason, before, version, document_sha256)
        return version

    def note_passed(self, name: str, *, reason: str, document_sha256: str = "") -> str:
        """Note that a version passed, and waits to be promoted."""
        version = self.find(name)
        with changing(self._file) as state:
            self._note(state, "pass", version, reason, document_sha256=document_sha256)
        return version

    def refuse(self, name: str, *, reason: str, document_sha256: str = "") -> str:
        """Note that a version did not pass; it is challenger no longer."""
        version = self.find(name)
        with changing(self._file) as state:
            if state["challenger"] == version:
                state["challenger"] = ""
            self._note(state, "refuse", version, reason, document_sha256=document_sha256)
        return version

    def rollback(self, *, reason: str = "") -> str:
        """Make who was champion before champion again, from the next mix on; the version.

        Errors
        ------
        ModelError
            Nobody was before the shipped network; or the one before cannot be used.
        """
        with changing(self._file) as state:
            if not state["champions"]:
                raise ModelError("rollback: the shipped network is champion; there is none before it")
            now = state["champions"][-1]
            before = state["champions"][-2] if len(state["champions"]) > 1 else SHIPPED_NAME
            try:
                self.checked(before)
            except ModelError as error:
                raise ModelError(
                    f"{error}: it cannot be champion again; mixwright models promote shipped --without-gate"
                ) from None
            state["champions"].pop()
            self._note(state, "rollback", before, reason, now, before)
        return before

    def _known(self) -> list[str]:
        return sorted(path.parent.name for path in self.folder.glob(f"*/{FACTS}"))

    def _begin_with(self, name: str) -> list[str]:
        """The version of this name, or all that begin with it."""
        known = self._known()
        if name in known:
            return [name]
        return [version for version in known if len(name) >= LEAST_DIGITS and version.startswith(name)]

    def _note(
        self, state: dict[str, Any], what: str, version: str, reason: str, before: str = "", after: str = "",
        document_sha256: str = "",
    ) -> None:  # fmt: skip
        stays = self.aliases()[CHAMPION]
        change = Change(now(), what, version, before or stays, after or stays, reason, document_sha256)
        state["audit"].append(asdict(change))

    def _write_version(self, row: Version, data: bytes, card: str, files: Mapping[str, bytes]) -> None:
        """The facts last: a folder without them is none."""
        folder = self.folder / row.version
        shutil.rmtree(folder, ignore_errors=True)
        with told(folder):
            folder.mkdir(parents=True)
            contents = {**files, NETWORK: data, CARD: card.encode(), FACTS: as_json(asdict(row)).encode()}
            for name, content in contents.items():
                with atomic_path(folder / name) as temporary:
                    temporary.write_bytes(content)


def _shipped() -> Version:
    facts = load_network().facts
    digest = hashlib.sha256(SHIPPED.read_bytes()).hexdigest()
    return Version(SHIPPED_NAME, "", "", digest, run=f"network {facts.version}")
