"""That songs, pairs, sides and slots are balanced as promised, within a listener and over any number of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice, pairwise, product

import pytest
from tests.listening.made_tests import manifest

from mixwright.listening.assignment import Trial, assign
from mixwright.listening.manifest import Manifest
from mixwright.listening.squares import deal, latin, shuffled_packs, williams
from mixwright.listening.streams import Stream


def main(made: Manifest, number: int) -> list[Trial]:
    return [trial for trial in assign(made, number) if trial.role == "main"]


def apart(counts: Counter[object], all_of: Iterable[object]) -> int:
    """How far the rarest and the most frequent are apart, with those that never came."""
    found = [counts[one] for one in all_of]
    return max(found) - min(found)


@pytest.mark.parametrize("size", range(1, 13))
def test_williams_squares_balance_places_and_what_comes_before(size: int) -> None:
    orders = williams(size)
    assert len(orders) == (size if size % 2 == 0 else 2 * size)
    places = Counter((place, thing) for order in orders for place, thing in enumerate(order))
    follows = Counter(two for order in orders for two in pairwise(order))
    assert set(places.values()) == {len(orders) // size}
    assert set(follows.values()) <= {1, 2}
    assert len(set(follows.values())) == (size > 1)
    assert len(follows) == size * (size - 1)


@pytest.mark.parametrize("size", [1, 2, 5, 6])
def test_any_consecutive_orders_of_a_latin_square_are_balanced(size: int) -> None:
    orders = [latin(size, 3, Stream.SLOTS)(turn) for turn in range(4 * size)]
    assert all(sorted(order) == list(range(size)) for order in orders)
    for first, last in product(range(2 * size), range(2 * size, 4 * size)):
        places: Counter[object] = Counter(place for order in orders[first:last] for place in enumerate(order))
        assert apart(places, product(range(size), repeat=2)) <= 1


@pytest.mark.parametrize(("size", "hand"), [(1, 1), (4, 4), (5, 2), (7, 3), (6, 4)])
def test_hands_have_nothing_twice_and_everything_equally_often(size: int, hand: int) -> None:
    seen: Counter[object] = Counter()
    for cards in islice(deal(shuffled_packs(size, 1, Stream.SONGS), hand), 60):
        assert len(set(cards)) == hand
        seen.update(cards)
        assert apart(seen, range(size)) <= 1


@pytest.mark.parametrize("songs", [2, 4, 5])
@pytest.mark.parametrize("kind", ["preference", "multiple"])
def test_songs_are_balanced_over_places_and_neighbours(kind: str, songs: int) -> None:
    made = manifest(kind, songs)
    named = [row.name for row in made.test.song]
    whole = songs * (1 + songs % 2)
    places: Counter[object] = Counter()
    follows: Counter[object] = Counter()
    for n in range(3 * whole):
        order = [trial.song for trial in main(made, n)]
        places.update(enumerate(order))
        follows.update(pairwise(order))
        assert apart(places, product(range(songs), named)) <= 1
        if (n + 1) % whole == 0:
            assert apart(follows, ((a, b) for a in named for b in named if a != b)) == 0


def test_songs_of_a_subset_are_balanced_over_places() -> None:
    made = manifest("multiple", songs=6, songs_per_listener=2)
    places = Counter((place, trial.song) for n in range(18) for place, trial in enumerate(main(made, n)))
    assert set(places.values()) == {3}
    assert len(places) == 12


@pytest.mark.parametrize(
    ("songs", "systems", "more"),
    [
        (4, 2, {}),
        (5, 2, {}),
        (5, 3, {}),
        (7, 2, {"songs_per_listener": 3}),
        (6, 2, {"songs_per_listener": 4}),
        (5, 4, {"songs_per_listener": 3, "pairs_per_song": 4}),
        (4, 3, {"pairs_per_song": 2}),
    ],
)
@pytest.mark.parametrize("seed", [0, 5])
def test_sides_are_balanced_for_a_listener_and_for_a_song(
    songs: int, systems: int, more: dict[str, int], seed: int
) -> None:
    made = manifest("preference", songs, systems, seed=seed, **more)
    of_songs: Counter[object] = Counter()
    for n in range(60):
        mine: Counter[object] = Counter()
        for trial in main(made, n):
            first, second = (made.stimulus(item).system for item in trial.items)
            mine[first, second] += 1
            of_songs[trial.song, first, second] += 1
        for (one, other), count in mine.items():  # type: ignore[misc]
            assert abs(count - mine[other, one]) <= 1
        for (song, one, other), count in list(of_songs.items()):  # type: ignore[misc]
            assert abs(count - of_songs[song, other, one]) <= 1


def test_who_is_first_is_not_the_same_in_every_test() -> None:
    heard = {tuple(trial.items for trial in main(manifest(seed=seed), 0)) for seed in range(20)}
    assert len(heard) > 15


@pytest.mark.parametrize(("kind", "systems"), [("multiple", 3), ("multiple", 4), ("mushra", 3)])
def test_slots_are_balanced_for_a_listener_and_for_a_song(kind: str, systems: int) -> None:
    made = manifest(kind, 5, systems)
    of_songs: Counter[object] = Counter()
    for n in range(24):
        mine: Counter[object] = Counter()
        for trial in main(made, n):
            what = [(made.stimulus(item).system, made.stimulus(item).role) for item in trial.items]
            mine.update(enumerate(what))
            of_songs.update((trial.song, *place) for place in enumerate(what))
        assert apart(mine, product(range(len(what)), what)) <= 1
        for row in made.test.song:
            assert apart(of_songs, ((row.name, *place) for place in product(range(len(what)), what))) <= 1


@pytest.mark.parametrize(("kind", "systems", "songs"), [("rating", 3, 2), ("rating", 3, 4), ("preference", 3, 3)])
def test_no_song_follows_itself(kind: str, systems: int, songs: int) -> None:
    made = manifest(kind, songs, systems)
    for n in range(12):
        assert all(a.song != b.song for a, b in pairwise(main(made, n)))


def test_ratings_of_a_song_come_in_balanced_order() -> None:
    made = manifest("rating", 3, 4)
    turns: Counter[object] = Counter()
    for n in range(8):
        seen: Counter[str] = Counter()
        for trial in main(made, n):
            turns[trial.items[0], seen[trial.song]] += 1
            seen[trial.song] += 1
        assert apart(turns, product((one.id for one in made.stimuli if one.role == "item"), range(4))) <= 1


@pytest.mark.parametrize("trials", [12, 15])
def test_abx_has_either_system_as_a_equally_often(trials: int) -> None:
    made = manifest("abx", 3, abx_trials=trials)
    for n in range(6):
        heard = main(made, n)
        first = Counter(made.stimulus(trial.items[0]).system for trial in heard)
        assert abs(first["system 0"] - first["system 1"]) == trials % 2
        songs: Counter[object] = Counter(trial.song for trial in heard)
        assert apart(songs, (row.name for row in made.test.song)) <= 1
