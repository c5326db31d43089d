"""Which files hold the same recording: found by words in common, held by bits that agree for seconds on end."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .fingerprint import WORDS_PER_S, Words

__all__ = ["connected", "matched_seconds", "near_duplicates"]

# Two recordings that have nothing to do with each other differ in half of their bits; copies at another level, rate
# or codec in a tenth (docs/data.md has the figures).
MOST_WRONG_BITS = 0.28
WINDOW_S = 3.0
ENOUGH_S = 8.0
ENOUGH_SHARE = 0.5  # of a file shorter than twice 8 s
NEIGHBOURS = 24  # how many holders of one word are compared: a word of a held chord has thousands
VOTES = 2
OFFSETS = 6  # lags that are tried for a pair, most votes first

_ONES = np.array([bin(value).count("1") for value in range(1 << 16)], np.uint8)


def near_duplicates(words: Mapping[str, Words]) -> list[tuple[str, str, float]]:
    """Pairs of names whose fingerprints agree, each with the seconds for which they do; the first name sorts first."""
    names = sorted(words)
    found = []
    for first, second, lags in _candidates([words[name] for name in names]):
        a, b = words[names[first]], words[names[second]]
        seconds = max(matched_seconds(a, b, lag) for lag in lags)
        shorter_s = min(a.size, b.size) / WORDS_PER_S
        if seconds >= min(ENOUGH_S, ENOUGH_SHARE * shorter_s):
            found.append((names[first], names[second], seconds))
    return found


def matched_seconds(first: Words, second: Words, lag: int) -> float:
    """For how long (s) two fingerprints agree when frame n of the second stands beside frame n + lag of the first.

    Agreement is judged in windows of 3 s: a window counts where at most 28 % of the bits of its frames differ.
    """
    start, end = max(0, lag), min(first.size, second.size + lag)
    window = round(WINDOW_S * WORDS_PER_S)
    if end - start < window:
        return 0.0
    a, b = first[start:end], second[start - lag : end - lag]
    both = (a != 0) & (b != 0)
    different = a ^ b
    wrong = np.where(both, _ONES[different & 0xFFFF].astype(np.int64) + _ONES[different >> 16], 0)
    wrong_sum = np.concatenate(([0], np.cumsum(wrong)))
    heard_sum = np.concatenate(([0], np.cumsum(both)))
    bits = 32 * (heard_sum[window:] - heard_sum[:-window])
    agree = (wrong_sum[window:] - wrong_sum[:-window]) <= MOST_WRONG_BITS * bits
    agree &= bits >= 16 * window  # half of the window must say something
    covered = np.zeros(end - start + 1, np.int64)
    covered[: agree.size] += agree
    covered[window:][: agree.size] -= agree
    return float(np.count_nonzero(np.cumsum(covered) > 0) / WORDS_PER_S)


def connected(links: Iterable[Sequence[Hashable]], items: Iterable[Hashable]) -> list[list[Hashable]]:
    """Items joined by links, directly or through others, as groups in the order of the items."""
    parent: dict[Hashable, Hashable] = {}

    def root(item: Hashable) -> Hashable:
        parent.setdefault(item, item)
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for first, *others in links:
        for other in others:
            parent[root(other)] = root(first)
    groups: dict[Hashable, list[Hashable]] = {}
    for item in items:
        groups.setdefault(root(item), []).append(item)
    return list(groups.values())


def _candidates(fingerprints: Sequence[Words]) -> Iterator[tuple[int, int, NDArray[np.int64]]]:
    """(first, second, lags) of pairs that have words in common at one lag."""
    if not fingerprints:
        return
    file = np.repeat(np.arange(len(fingerprints)), [words.size for words in fingerprints])
    frame = np.concatenate([np.arange(words.size) for words in fingerprints])
    word = np.concatenate(fingerprints)
    heard = word != 0
    file, frame, word = file[heard], frame[heard], word[heard]
    # In a fixed but mixed order within a word, so that the neighbours of an entry are of many files.
    order = np.lexsort(((frame * 7919 + file * 104729) % 65521, word))
    file, frame, word = file[order], frame[order], word[order]
    ballots = []
    for step in range(1, NEIGHBOURS + 1):
        same = (word[step:] == word[:-step]) & (file[step:] != file[:-step])
        a, b = np.flatnonzero(same), np.flatnonzero(same) + step
        a, b = np.where(file[a] < file[b], a, b), np.where(file[a] < file[b], b, a)
        ballots.append(np.stack((file[a], file[b], frame[a] - frame[b]), axis=1))
    votes = np.concatenate(ballots)
    if not len(votes):
        return
    kinds, counts = np.unique(votes, axis=0, return_counts=True)
    kinds, counts = kinds[counts >= VOTES], counts[counts >= VOTES]
    starts = np.flatnonzero(np.any(np.diff(kinds[:, :2], axis=0, prepend=-1) != 0, axis=1))
    for start, end in zip(starts, np.append(starts[1:], len(kinds)), strict=True):
        best = np.argsort(-counts[start:end], kind="stable")[:OFFSETS] + start
        lags = np.unique(kinds[best, 2][:, None] + np.arange(-1, 2))
        yield int(kinds[start, 0]), int(kinds[start, 1]), lags
