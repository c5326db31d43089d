"""`mixwright taste`: a blind test of taste, what was learned from it, and where mixes lean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from .feedback_store import As, Url, kept_events, own_name, the_store

if TYPE_CHECKING:
    from ..model import Leaning
    from ..store import FeedbackStore

__all__ = ["taste_app"]

taste_app = typer.Typer(help="Your taste: a blind test, what was learned, where mixes lean.", no_args_is_help=True)


@taste_app.callback()
def taste() -> None:
    """Your taste: a blind test, what was learned, where mixes lean."""


@taste_app.command("test")
def ask_command(
    songs: Annotated[list[Path], typer.Argument(metavar="SONG...", help="Songs that are known well; two or three.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The test's file.")] = Path("taste.toml"),
    pairs: Annotated[int, typer.Option(help="Of settings; each is heard in each song.")] = 12,
    genre: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Of the songs, where it is known; tells tastes of genres apart."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another one asks other pairs.")] = 0,
    model: Annotated[str, typer.Option(help="What decides, as in mix.")] = "network",
    who: As = "me",
    store: Url = None,
) -> None:
    """Write a blind test of pairs around what is decided for each song, chosen by what their answers will tell."""
    import os

    from ..audio import check_output_path
    from ..errors import ParameterError
    from ..feedback.gathering import choices_of
    from ..feedback.taste import learn_taste
    from ..feedback.taste_test import as_toml, taste_test
    from ..listening.definition import parse_test
    from ..mix.files import write_text

    check_output_path(output, songs, extensions=[".toml"])
    for song in songs:
        if not song.is_file():
            raise ParameterError(f"{song}: there is no such file")
    here = output.absolute().parent
    named = {f"Song {n}": (Path(os.path.relpath(song.absolute(), here)), genre) for n, song in enumerate(songs, 1)}
    mine = [event for event in kept_events(store, "choice", "edit") if event.pseudonym == own_name(who)]
    known = learn_taste(choices_of(mine))
    content = taste_test(named, known, seed=seed, pairs=pairs, listener=who, model=model)
    parse_test(content, str(output))
    write_text(output, as_toml(content))
    print(f"Wrote {output}: {pairs} pairs in {len(songs)} songs, {pairs * len(songs)} choices and a few to check.")
    print(f"Next: mixwright listen create {output}; mixwright listen serve {output.with_suffix('.listen')}")


@taste_app.command("learn")
def learn_command(
    tests: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Argument(metavar="[FOLDER...]", help="Folders of tests whose answers are taken in first."),
    ] = None,
    listener: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="L0001", help="Which listener of these tests is oneself; the others stay others."),
    ] = None,
    answers: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="URL", help="Where the room kept the answers, when not in the folder (listen serve --store)."
        ),
    ] = None,
    who: As = "me",
    store: Url = None,
) -> None:
    """Take the answers of blind tests into the feedback, and learn the taste from all that is kept there."""
    from ..feedback.curve import learning_curve
    from ..feedback.diary import Diary
    from ..feedback.gathering import choices_of
    from ..home import home_folder

    with the_store(store, make=bool(tests)) as opened:
        for folder in tests or []:
            print(_take_in(opened, folder, listener, own_name(who), answers))
        leaning = Diary(opened, home_folder(), own_name(who)).learn()
        choices = choices_of(opened.events(pseudonym=who))
    print(_words(leaning))
    for point in learning_curve(choices):
        print(f"After {point.choices} choices, {point.foretold} of the next {point.asked} were foretold.")


@taste_app.command("show")
def show_command() -> None:
    """Where mixes lean."""
    from ..home import TASTE, home_folder
    from ..model import load_leaning

    path = home_folder() / TASTE
    print(_words(load_leaning(path)) if path.is_file() else "No taste was learned yet: mixwright taste test")


@taste_app.command("forget")
def forget_command() -> None:
    """Mix without a taste from now on; what was kept stays (`mixwright feedback erase` deletes it)."""
    from ..home import TASTE, home_folder

    (home_folder() / TASTE).unlink(missing_ok=True)
    print("Forgotten: mixes lean nowhere.")


def _take_in(store: FeedbackStore, folder: Path, mine: str | None, who: str, url: str | None) -> str:
    """The choices of a test: one's own under one's own name, those of others under that of the test; each once."""
    from collections import Counter

    from ..errors import ParameterError
    from ..feedback.events import ANSWERS_ONLY, CHOICE, choice_event
    from ..listening.ways import way_choices
    from .listen_serve import open_answers

    manifest, answers = open_answers(folder, url, sounds=False)
    rows = answers.answers(manifest.version)
    found = way_choices(manifest, rows)
    consent = {row.pseudonym: row.consent_version for row in answers.listeners(manifest.version)}
    answers.close()
    names = {choice.listener for choice in found}
    if mine is not None and mine not in names:
        raise ParameterError(
            f"{folder}: {mine} gave no answer that counts; there are {', '.join(sorted(names)) or 'none'}"
        )
    came = {row.listener.pseudonym for row in rows}  # also those whose answers do not count
    only = next(iter(came)) if len(came) == 1 and mine is None else mine
    if only is not None:
        store.erase(f"{manifest.version[:8]}:{only}")  # who was one of the others until now
    whose = {event.key: event.pseudonym for event in store.events(CHOICE)}
    new: Counter[str] = Counter()
    for name in sorted(names):
        pseudonym = who if name == only else f"{manifest.version[:8]}:{name}"
        events = [
            choice_event(c.first, c.second, c.outcome, key=c.key, song=c.song, genre=c.genre, made=c.saved)
            for c in found
            if c.listener == name
        ]
        events = [event for event in events if whose.get(event.key, pseudonym) == pseudonym]
        if not events:
            continue
        person = store.person(pseudonym)
        if person is None or person.consented is None:  # who answered agreed to that in the room, and to no more
            source = "own" if name == only else f"test {manifest.version}"
            store.agree(pseudonym, f"{ANSWERS_ONLY}{consent[name]}"[:64], source=source)
        new[pseudonym] = store.add(pseudonym, events)
    return f"{folder}: {len(found)} choices of {len(names)} listeners, {new.total()} of them new."


def _words(leaning: Leaning) -> str:
    """As "+0.8 dB presence, from 46 choices", seen from neutral; genres apart."""
    from ..feedback.taste import LEAST_CHOICES
    from ..model.tasting import leaning_words
    from .feedback_words import counted

    count, words = leaning.shared.choices, leaning_words(leaning)
    if not words:
        few = f"; {LEAST_CHOICES} are needed" if count < LEAST_CHOICES else ", and they could all be chance"
        return f"Your taste leans nowhere yet, from {counted(count, 'choice')}{few}."
    return f"Your taste: {words}."
