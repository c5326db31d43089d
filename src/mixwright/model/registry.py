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
from .network import Network
from .registry_file import Change, Version, as_json, changing, file_bytes, now, read_facts, told
from .versions import CHALLENGER, CHAMPION, FACTS, NETWORK, SHIPPED_NAME, Versions

__all__ = ["CHALLENGER", "CHAMPION", "SHIPPED_NAME", "Registry"]

CARD = "model_card.md"


class Registry(Versions):
    """The versions, changed: each call is one step, by one process at a time, with a line in the audit."""

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
