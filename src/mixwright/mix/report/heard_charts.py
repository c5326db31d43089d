"""Two drawings of what the network heard: the genres over the song, and where it listened for a setting."""

from __future__ import annotations

import numpy as np

from mixwright.charts import HEIGHT, WIDTH, Axis, Chart, Curve, Tick, band
from mixwright.mix.report.axis import time_axis
from mixwright.mix.report.data import GenrePassages, ListenedMap
from mixwright.mix.report.wording import clock, name_in_words

MOST_GENRES = 3  # that have an area of their own; the rest is one
LEVELS = 5  # shades of a map, the strongest cell has the last
_PERCENT = Axis(0.0, 100.0, tuple(Tick(at / 100, f"{at}") for at in (0, 25, 50, 75, 100)))


def genre_chart(passages: GenrePassages) -> Chart:
    """Areas on top of each other, the genre that is likeliest on the whole at the bottom; each column is 100 %."""
    centres = np.asarray(passages.seconds, np.float64)
    order = sorted(passages.shares, key=lambda name: -float(np.mean(passages.shares[name])))
    named = order[:MOST_GENRES]
    rows = {name_in_words(name): np.asarray(passages.shares[name], np.float64) for name in named}
    if len(order) > MOST_GENRES:
        rows["Other"] = np.sum([passages.shares[name] for name in order[MOST_GENRES:]], axis=0)
    x = time_axis(np.array([passages.end_s]))
    # The first and the last passage hold to the ends of the song.
    at = x.place(np.concatenate([[0.0], centres, [passages.end_s]]))
    low = np.zeros(len(at))
    curves = []
    for place, (name, row) in enumerate(rows.items()):
        high = low + np.concatenate([row[:1], row, row[-1:]])
        curves.append(Curve(name, f"genre-{place + 1}", band(at, low, np.minimum(high, 1.0)), filled=True))
        low = high
    strongest = [max(passages.shares, key=lambda name: passages.shares[name][i]) for i in range(len(centres))]
    return Chart(
        "Genre over the song", _genre_sentence(strongest, centres), x, _PERCENT, "time (min:s)", "%", tuple(curves)
    )


def map_paths(listened: ListenedMap) -> tuple[str, ...]:
    """Path data of each shade, faintest first; frequency upwards. Cells under a tenth of the strongest stay empty."""
    shares = np.asarray(listened.shares, np.float64)
    top = float(shares.max(initial=0.0))
    if top <= 0:
        return ("",) * LEVELS
    shade = np.ceil((shares / top - 0.1) / 0.9 * LEVELS).astype(int)
    order = np.argsort(listened.starts_s, kind="stable")
    starts = np.asarray(listened.starts_s, np.float64)[order]
    ends = np.minimum(np.append(starts[1:], listened.end_s), starts + 1.5 * listened.column_s)
    end_s = max(listened.end_s, 1e-9)
    left, right = np.clip(starts / end_s, 0, 1) * WIDTH, np.clip(ends / end_s, 0, 1) * WIDTH
    tall = HEIGHT / len(shares)
    paths = []
    for level in range(1, LEVELS + 1):
        cells = [
            f"M{left[c]:.1f} {HEIGHT - (r + 1) * tall:.1f}H{right[c]:.1f}v{tall:.1f}H{left[c]:.1f}z"
            for r, row in enumerate(shade[:, order])
            for c in np.flatnonzero(row == level)
        ]
        paths.append("".join(cells))
    return tuple(paths)


def _genre_sentence(strongest: list[str], centres: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    if len(set(strongest)) == 1:
        return f"{name_in_words(strongest[0])} is the likeliest all the way."
    changes = [i for i in range(1, len(strongest)) if strongest[i] != strongest[i - 1]]
    words = [f"{name_in_words(strongest[0])} at first"]
    words += [f"{name_in_words(strongest[i])} from {clock((centres[i - 1] + centres[i]) / 2)}" for i in changes[:3]]
    more = ", and more changes after that" if len(changes) > 3 else ""
    return f"The likeliest: {', '.join(words)}{more}."
