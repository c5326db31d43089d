"""`mixwright feedback`: what you make of your mixes, kept if you agree, and learned from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from .feedback_share import import_command, schema_command, share_command
from .feedback_store import ME, As, Url, Yes, asked, own_name, somebodys_diary, the_store

__all__ = ["feedback_app"]

LAST = 10  # events that `show` prints

feedback_app = typer.Typer(
    help="What you make of your mixes: kept if you agree, learned from, shared if you want.", no_args_is_help=True
)
PresetArgument = Annotated[
    Path,
    typer.Argument(metavar="PRESET", help="The mix, by its preset: .json, .vstpreset, .state, or a .lv2 folder."),
]


@feedback_app.callback()
def feedback() -> None:
    """What you make of your mixes: kept if you agree, learned from, shared if you want."""


@feedback_app.command("on")
def on_command(yes: Yes = False, store: Url = None, name: As = ME) -> None:
    """Keep what you do with your mixes from now on: says what that is, and asks."""
    from ..feedback.diary import agree
    from ..feedback.events import CONSENT
    from ..home import home_folder

    own_name(name)
    asked(CONSENT, "Keep it?", yes)
    agree(home_folder(), url=store, pseudonym=name)
    print("Feedback is on. See it: mixwright feedback show; stop it: off; erase it: erase")


@feedback_app.command("off")
def off_command(store: Url = None, name: As = ME) -> None:
    """Keep nothing from now on. What is there stays, and taste goes on leaning, until `erase`."""
    with the_store(store) as opened:
        opened.withdraw(own_name(name))
    print("Feedback is off. What was kept is still there (mixwright feedback erase)")


@feedback_app.command("show")
def show_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print all that is kept of you.")] = False,
    store: Url = None,
    name: As = ME,
) -> None:
    """Show what is kept: whether, how much, and the last of it."""
    from ..feedback.events import keeps_mixes
    from .feedback_words import counted, event_words, everything

    with the_store(store) as opened:
        person, counts, events = opened.person(name), opened.counts(name), opened.events(pseudonym=name)
        # What `erase --set` takes: the beginning of their names.
        others = sorted({row.pseudonym.partition(":")[0] for row in opened.people() if ":" in row.pseudonym})
    if as_json:
        print(json.dumps(everything(person, events), indent=2, ensure_ascii=False))
        return
    on = keeps_mixes(person)
    print(f"Feedback of {name} is {'on' if on else 'off'}")
    print("Kept     " + (", ".join(counted(count, kind) for kind, count in counts.items()) or "nothing"))
    if others:
        print(f"Others   {len(others)} imported: {', '.join(others)}")
    for event in events[-LAST:]:
        print(f"  {event.made:%Y-%m-%d %H:%M}  {event_words(event)}")


@feedback_app.command("keep")
def keep_command(preset: PresetArgument, store: Url = None, name: As = ME) -> None:
    """Keep what you made of a mix, in the studio, by hand or in a DAW; learns your taste from it."""
    from ..feedback.diary import taste_file
    from .feedback_words import changed_words, learned_words
    from .preset import read_preset

    given = read_preset(preset)
    with somebodys_diary(store, name) as diary:
        mix = diary.kept(given, how="preset" if preset.suffix.lower() == ".json" else "plugin")
        leaning = diary.learn()
        file = taste_file(diary.home, name)
    print(f"Kept     {changed_words(mix, given.parameters)}. {learned_words(leaning)}")
    if name != ME:
        print(f"         {file} (mixwright mix --taste)")


@feedback_app.command("rate")
def rate_command(
    preset: PresetArgument,
    score: Annotated[float, typer.Argument(metavar="SCORE", help="1 (bad) to 10 (as good as a released record).")],
    comment: Annotated[str, typer.Option(help="In words.")] = "",
    professional: Annotated[bool, typer.Option("--professional", help="You mix for a living.")] = False,
    store: Url = None,
    name: As = ME,
) -> None:
    """Rate a mix from 1 to 10."""
    from .preset import read_preset

    given = read_preset(preset)
    with somebodys_diary(store, name) as diary:
        diary.rated(given, score, comment=comment, professional=professional)
    print(f"Kept     {score:g} of 10")


@feedback_app.command("comment")
def comment_command(
    preset: PresetArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What you want to say of the mix.")],
    store: Url = None,
    name: As = ME,
) -> None:
    """Say something of a mix."""
    from ..errors import ParameterError
    from ..feedback.events import COMMENT
    from .preset import read_preset

    if not text.strip():
        raise ParameterError("a comment needs words")
    given = read_preset(preset)
    with somebodys_diary(store, name) as diary:
        diary.did(COMMENT, {"text": text}, given)
    print("Kept     the comment")


@feedback_app.command("erase")
def erase_command(
    imported: Annotated[str, typer.Option("--set", metavar="ID", help="Delete an imported set instead.")] = "",
    yes: Yes = False,
    store: Url = None,
    name: As = ME,
) -> None:
    """Delete all that is kept of you, with the taste that was learned from it."""
    from ..errors import ParameterError
    from ..feedback.diary import taste_file
    from ..feedback.sharing import learn_shared
    from ..home import SHARED_TASTE, home_folder

    home = home_folder()
    own_name(name)
    with the_store(store) as opened:
        people = [name]
        if imported:
            people = [row.pseudonym for row in opened.people() if row.pseudonym.startswith(f"{imported}:")]
            if not people:
                raise ParameterError(
                    f"--set {imported}: no such set; mixwright feedback show names those that are here"
                )
        count = sum(sum(opened.counts(person).values()) for person in people)
        whose = f"the set {imported}" if imported else name
        asked(f"{count} events of {whose}, and what was learned from them.", "Delete them for good?", yes)
        gone = sum(opened.erase(person) for person in people)
        if not imported:
            taste_file(home, name).unlink(missing_ok=True)
        if (home / SHARED_TASTE).is_file():
            learn_shared(opened, home)
    print(f"Erased   {gone} events of {whose}" + ("" if imported else ", and the taste; feedback is off"))


feedback_app.command("share")(share_command)
feedback_app.command("import")(import_command)
feedback_app.command("schema")(schema_command)
