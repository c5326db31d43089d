"""`mixwright listen serve`, `invite` and `forget`: the listening room, who may come, and who is to be deleted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from .serving import Browser, Host, Names, Port, Proxy, announce, keeper, where

if TYPE_CHECKING:
    from ..listening.manifest import Manifest
    from ..store import Store

__all__ = ["forget_command", "invite_command", "open_answers", "serve_command"]

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that `mixwright listen create` made.")]
StoreUrl = Annotated[
    Optional[str],  # noqa: UP045 (typer reads it)
    typer.Option("--store", metavar="URL", help="postgresql://… for a lab; default SQLite in the folder."),
]


def serve_command(
    folder: Folder,
    store: StoreUrl = None,
    host: Host = "127.0.0.1",
    port: Port = 8031,
    public: Annotated[
        bool, typer.Option("--public", help="For other machines, too; the administrator's pages then need a token.")
    ] = False,
    name: Names = None,
    proxy: Proxy = False,
    invite_only: Annotated[bool, typer.Option("--invite-only", help="Only for who has a link.")] = False,
    browser: Browser = True,
) -> None:
    """Let people take a test, on this machine or on a lab's server; Ctrl-C ends it."""
    from ..listening.outcome import watch
    from ..web.guard import serve
    from ..web.room import Room, make_room

    address = where(host, public)
    manifest, answers = open_answers(folder, store)
    room = Room(folder, manifest, answers)
    admin, hosts = keeper(public, name or [])
    app = make_room(
        room,
        hosts=hosts,
        admin=admin,
        invite_only=invite_only,
        results=lambda: watch(manifest, answers.answers(manifest.version)),
    )
    ready = announce(f"{manifest.test.title}: listen at", admin, "admin", browser=browser)
    serve(app, address, port, ready, proxy=proxy, stopped=answers.close)


def invite_command(
    folder: Folder,
    number: Annotated[int, typer.Option("-n", "--number", help="How many links.", min=1, max=10_000)] = 1,
    store: StoreUrl = None,
    labels: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(metavar="FILE", help="A name in each line; it is stored beside the answers, to forget by."),
    ] = None,
    address: Annotated[
        str, typer.Option(help="Where the room will be reached; the links begin so.")
    ] = "http://127.0.0.1:8031",
) -> None:
    """Print links for listeners, one each. They are stored nowhere: keep them, or invite anew."""
    from ..errors import ParameterError
    from ..web.room import Room

    names: list[str | None] = [None] * number
    if labels is not None:
        try:
            lines = labels.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ParameterError(f"{labels}: cannot be read ({error})") from None
        names = [line.strip()[:200] for line in lines if line.strip()]
    manifest, answers = open_answers(folder, store)
    room = Room(folder, manifest, answers)
    for label in names:
        print(address.rstrip("/") + room.invite(label) + (f"  {label}" if label else ""))
    answers.close()


def forget_command(
    folder: Folder,
    listener: Annotated[str, typer.Argument(metavar="LISTENER", help="The number, as L0001, or the label.")],
    store: StoreUrl = None,
) -> None:
    """Delete a listener with everything that is stored of them, answers too, and what `taste learn` took from them."""
    from ..errors import ParameterError

    manifest, answers = open_answers(folder, store, sounds=False)
    names = {row.pseudonym for row in answers.listeners(manifest.version) if row.label == listener}
    if listener[:1] in "Ll" and listener[1:].isdigit():
        names.add(f"L{int(listener[1:]):04}")
    gone = answers.forget(manifest.version, listener)
    answers.close()
    learned = _unlearn([f"{manifest.version[:8]}:{name}" for name in sorted(names)])
    if not gone["listeners"] and not learned:
        raise ParameterError(f"{listener}: no such listener in this test")
    more = f", {learned} choice(s) from the feedback" if learned else ""
    print(f"Deleted: {gone['listeners']} listener(s), {gone['answers']} answer(s){more}.")


def _unlearn(people: list[str]) -> int:
    """Delete what the database of feedback at home has of others; how many events went."""
    from ..home import FEEDBACK, SHARED_TASTE, home_folder
    from .feedback_store import the_store

    home = home_folder()
    if not (home / FEEDBACK).is_file():
        return 0
    with the_store(None) as kept:
        count = sum(kept.erase(one) for one in people)
        if count and (home / SHARED_TASTE).is_file():
            from ..feedback.sharing import learn_shared

            learn_shared(kept, home)
    return count


def open_answers(folder: Path, url: str | None, *, sounds: bool = True) -> tuple[Manifest, Store]:
    """The test in a folder, and where its answers are."""
    from ..listening.manifest import load_manifest
    from ..listening.stimuli import ANSWERS
    from ..store import open_store

    manifest = load_manifest(folder, sounds=sounds)
    return manifest, open_store(url or f"sqlite:///{(folder / ANSWERS).resolve()}")
