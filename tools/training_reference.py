"""The reference that `mixwright monitor` compares music with: what the songs were like that the network learned from.

    python tools/training_reference.py FOLDER... [--songs 240] [-o FILE]

Each FOLDER is music with a mixes.csv, as `mixwright train` takes it and `tools/debian_music.py` makes it. Songs of the
test split, and by its artists, are left out, as in training. No more than `--songs` are heard, taken in turn from each
artist. Songs are heard whole; of those that the table calls excerpts (a `start_s`) the duration is not counted. Written
are quantiles and genre shares, no music and no name: src/mixwright/feedback/training_set.json.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from mixwright.audio import atomic_path
from mixwright.errors import MixwrightError
from mixwright.feedback.events import features_of
from mixwright.feedback.reference import Music, make_reference
from mixwright.mix import analyze
from mixwright.mix.deciding import check_model
from mixwright.model import Hearing
from mixwright.training.collection import gather
from mixwright.training.data.files import table_rows
from mixwright.training.songs import TRAIN, Song

TARGET = Path(__file__).parents[1] / "src" / "mixwright" / "feedback" / "training_set.json"


def chosen(songs: Sequence[Song], most: int) -> list[Song]:
    """At most so many songs of training, one of each artist in turn, always the same ones."""
    by_artist: defaultdict[str, list[Song]] = defaultdict(list)
    for song in sorted(songs, key=lambda s: hashlib.sha256(Path(s.path).name.encode()).hexdigest()):
        if song.split == TRAIN:
            by_artist[song.artist].append(song)
    turns = sorted((turn, artist) for artist, own in by_artist.items() for turn in range(len(own)))
    return [by_artist[artist][turn] for turn, artist in turns[:most]]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure the music that was learned from.")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--songs", type=int, default=240, help="at most so many")
    parser.add_argument("-o", "--output", type=Path, default=TARGET)
    options = parser.parse_args(arguments)
    excerpts = {
        str(folder / row["path"])
        for folder in options.folders
        for row in table_rows(folder / "mixes.csv")
        if row.get("start_s")
    }
    with tempfile.TemporaryDirectory() as cache:
        songs = chosen(gather(options.folders, Path(cache), validation_share=0.0).songs, options.songs)
    network = check_model("network", preset=False)
    assert network is not None
    rows = []
    for number, song in enumerate(songs, 1):
        print(f"\r{number} of {len(songs)}", end="", file=sys.stderr, flush=True)
        analysis = analyze(song.path)
        features = features_of(analysis)
        if song.path in excerpts:
            del features["duration_s"]
        rows.append(Music(features, Hearing(network, analysis).probabilities))
    print(file=sys.stderr)
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
