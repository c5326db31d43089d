"""The reference that `mixwright monitor` compares music with: what the songs were like that the network learned from.

    python tools/training_reference.py FOLDER... [--songs 150] [-o FILE]

Each FOLDER is music with a mixes.csv, as `tools/debian_music.py` makes it. Only songs whose split is train are heard,
none by an artist of the test split, as in training; no more than `--songs`, taken in turn from each artist. Songs are
heard whole. Those that the table calls excerpts (a `start_s`) count where their artist has no whole song, without their
duration. Written are quantiles and genre shares as the shipped network hears them, no music and no name:
src/mixwright/feedback/training_set.json.

The shipped one is of the development set (mixes and mixes.csv in a folder) and of what `tools/debian_music.py` fetched
of ardentryst, colobot-common-sounds, fretsonfire-songs-sectoid, marsshooter-data, miceamaze, naev-data,
planetblupi-music-ogg, pushover-data, warzone2100-music, wesnoth-1.16-music and xmoto-data, with `--add` supertux-data,
singularity-music and fretsonfire-songs-muldjord: a part of the music in docs/model_card.md.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mixwright.audio import atomic_path
from mixwright.errors import MixwrightError
from mixwright.feedback.events import features_of
from mixwright.feedback.reference import Music, make_reference
from mixwright.mix import analyze
from mixwright.model import Hearing
from mixwright.model.network import load_network
from mixwright.training.data.files import table_rows
from mixwright.training.songs import TEST, TRAIN

TARGET = Path(__file__).parents[1] / "src" / "mixwright" / "feedback" / "training_set.json"


@dataclass(frozen=True)
class Song:
    path: Path
    artist: str
    excerpt: bool


def training_songs(folders: Sequence[Path]) -> list[Song]:
    """All songs of training in the tables, of no artist who is tested with."""
    rows = [(folder, row) for folder in folders for row in table_rows(folder / "mixes.csv")]
    tested = {row["artist"].casefold() for _, row in rows if row["split"] == TEST}
    return [
        Song(folder / row["path"], row["artist"], bool(row.get("start_s")))
        for folder, row in rows
        if row["split"] == TRAIN and row["artist"].casefold() not in tested
    ]


def chosen(songs: Sequence[Song], most: int) -> list[Song]:
    """At most so many, one of each artist in turn, always the same ones."""
    by_artist: defaultdict[str, list[Song]] = defaultdict(list)
    for song in sorted(songs, key=lambda s: hashlib.sha256(s.path.name.encode()).hexdigest()):
        by_artist[song.artist].append(song)
    for artist, own in by_artist.items():
        by_artist[artist] = [song for song in own if not song.excerpt] or own
    turns = sorted((turn, artist) for artist, own in by_artist.items() for turn in range(len(own)))
    return [by_artist[artist][turn] for turn, artist in turns[:most]]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure the music that was learned from.")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--songs", type=int, default=150, help="at most so many")
    parser.add_argument("-o", "--output", type=Path, default=TARGET)
    options = parser.parse_args(arguments)
    network = load_network()
    songs, rows = chosen(training_songs(options.folders), options.songs), []
    for number, song in enumerate(songs, 1):
        print(f"{number} of {len(songs)}", file=sys.stderr, flush=True)
        analysis = analyze(song.path)
        features = features_of(analysis)
        if song.excerpt:
            del features["duration_s"]
        rows.append(Music(features, Hearing(network, analysis).probabilities))
    artists = len({song.artist for song in songs})
    about = f"{len(songs)} songs by {artists} artists that the shipped network learned from"
    reference = make_reference(rows, about=about, model=network.facts.version)
    with atomic_path(options.output) as temporary:
        temporary.write_text(reference.to_json(), encoding="utf-8")
    print(f"Wrote {options.output}: {about}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MixwrightError as error:
        print(f"training_reference: {error}", file=sys.stderr)
        sys.exit(1)
