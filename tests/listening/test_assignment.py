"""What listeners are given: the same for the same seed, balanced over listeners, nobody's place given away."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from tests.listening.made_tests import manifest

from mixwright.errors import ParameterError
from mixwright.listening.assignment import Trial, assign
from mixwright.listening.definition import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_trials(kind: str) -> None:
    made = manifest(kind)
    assert assign(made, 5) == assign(made, 5)
    assert assign(made, 5, seed=1) != assign(made, 5, seed=2)
    assert assign(made, 5) != assign(made, 6)


@pytest.mark.parametrize("kind", KINDS)
def test_trials_survive_json(kind: str) -> None:
    trials = assign(manifest(kind), 0)
    assert tuple(Trial.from_dict(trial.to_dict()) for trial in trials) == trials
    assert [trial.number for trial in trials] == list(range(len(trials)))


@pytest.mark.parametrize("listeners", [1, 2, 7, 24])
@pytest.mark.parametrize(("songs", "each", "systems", "pairs"), [(4, None, 2, None), (5, 2, 3, 2), (7, 3, 2, None)])
def test_songs_pairs_and_sides_are_balanced(
    listeners: int, songs: int, each: int | None, systems: int, pairs: int | None
) -> None:
    made = manifest("preference", songs, systems, songs_per_listener=each, pairs_per_song=pairs)
    main = [trial for n in range(listeners) for trial in assign(made, n) if trial.role == "main"]
    per_song = Counter(trial.song for trial in main)
    turns = {name: count / (pairs or systems * (systems - 1) // 2) for name, count in per_song.items()}
    assert len(turns) == songs or listeners * (each or songs) < songs
    assert max(turns.values()) - min(turns.get(f"song {k}", 0) for k in range(songs)) <= 1
    by_pair = Counter(frozenset(trial.items) for trial in main)
    for song in per_song:
        mine = [count for pair, count in by_pair.items() if {made.stimulus(s).song for s in pair} == {song}]
        assert max(mine) - min(mine) <= 1 or len(mine) < systems
    first = Counter(trial.items for trial in main)
    for (one, other), count in first.items():
        assert abs(count - first[other, one]) <= 1


def test_a_listener_hears_no_song_twice_in_one_subset() -> None:
    made = manifest("multiple", songs=5, songs_per_listener=3)
    for n in range(30):
        songs = [trial.song for trial in assign(made, n) if trial.role == "main"]
        assert len(set(songs)) == 3


def test_repeats_are_swapped_and_come_later() -> None:
    made = manifest("preference", songs=6, repeats=2)
    for n in range(20):
        trials = assign(made, n)
        repeats = [trial for trial in trials if trial.role == "repeat"]
        assert len(repeats) == 2
        for again in repeats:
            assert again.repeat_of is not None
            original = trials[again.repeat_of]
            assert original.role == "main"
            assert again.items == original.items[::-1]
            assert again.number > original.number


@pytest.mark.parametrize(
    ("songs", "repeats", "catches", "between"),
    [(1, 1, 0, 0), (2, 1, 0, 1), (2, 2, 0, 1), (1, 1, 2, 2), (3, 1, 0, 2), (3, 3, 0, 2), (4, 4, 1, 2), (8, 3, 2, 2)],
)
def test_a_repeat_keeps_its_distance(songs: int, repeats: int, catches: int, between: int) -> None:
    made = manifest("preference", songs, repeats=repeats, catch_trials=catches)
    for n in range(60):
        again = [trial for trial in assign(made, n) if trial.repeat_of is not None]
        assert len({trial.repeat_of for trial in again}) == repeats
        for trial in again:
            assert trial.number - (trial.repeat_of or 0) - 1 >= between


def test_what_is_repeated_is_drawn() -> None:
    made = manifest("preference", songs=6, repeats=1)
    songs = Counter(trial.song for n in range(60) for trial in assign(made, n) if trial.role == "repeat")
    assert len(songs) == 6


def test_catch_trials_are_of_both_kinds() -> None:
    made = manifest("preference", catch_trials=2)
    for n in range(10):
        caught = [trial for trial in assign(made, n) if trial.role.startswith("catch")]
        assert {trial.role for trial in caught} == {"catch_same", "catch_broken"}
        for trial in caught:
            roles = sorted(made.stimulus(s).role for s in trial.items)
            assert roles == (["item", "item"] if trial.role == "catch_same" else ["broken", "item"])
            assert (trial.items[0] == trial.items[1]) == (trial.role == "catch_same")
    with_one = manifest("preference", catch_trials=1)
    roles = Counter(t.role for n in range(20) for t in assign(with_one, n) if t.role.startswith("catch"))
    assert roles == {"catch_same": 10, "catch_broken": 10}


def test_the_broken_mix_stands_on_either_side() -> None:
    made = manifest("preference", catch_trials=2)
    sides = [
        made.stimulus(trial.items[0]).role
        for n in range(60)
        for trial in assign(made, n)
        if trial.role == "catch_broken"
    ]
    assert 15 <= sides.count("broken") <= 45  # 60 throws of a coin: outside once in 10,000


def test_x_is_drawn_anew_and_says_nothing() -> None:
    made = manifest("abx", abx_trials=20)
    is_a, changes = [], []
    for n in range(40):
        main = [trial for trial in assign(made, n) if trial.role == "main"]
        assert len(main) == 20
        drawn = [trial.x == trial.items[0] for trial in main]
        is_a += drawn
        changes.append(sum(a != b for a, b in pairwise(drawn)))
    assert abs(np.mean(is_a) - 0.5) < 0.08  # 800 throws: five standard deviations
    assert abs(np.mean(changes) - 9.5) < 2.0


def test_mushra_hides_the_reference_and_both_anchors_among_the_items() -> None:
    made = manifest("mushra", systems=3)
    for trial in assign(made, 3):
        assert trial.reference in trial.items
        roles = Counter(made.stimulus(s).role for s in trial.items)
        assert roles == {"item": 3, "anchor_3500": 1, "anchor_7000": 1}


def test_slots_do_not_tell_the_system() -> None:
    made = manifest("mushra", systems=3)
    places = Counter(
        trial.items.index(s.id)
        for n in range(50)
        for trial in assign(made, n)
        if trial.role == "main"
        for s in made.of_song(trial.song)
        if s.system == "system 0"
    )
    assert set(places) == set(range(5))
    assert max(places.values()) < 2 * min(places.values())


def test_training_comes_first_and_only_where_wanted() -> None:
    for kind in KINDS:
        assert [trial.role for trial in assign(manifest(kind), 0)].index("training") == 0
        assert "training" not in [trial.role for trial in assign(manifest(kind, training=False), 0)]


@pytest.mark.parametrize("kind", KINDS)
def test_training_has_something_clearly_bad(kind: str) -> None:
    made = manifest(kind, songs=2)
    heard = [item for trial in assign(made, 0) if trial.role == "training" for item in trial.items]
    roles = {made.stimulus(item).role for item in heard}
    assert roles == ({"item", "anchor_3500", "anchor_7000"} if kind == "mushra" else {"item", "broken"})
    assert len({made.stimulus(item).song for item in heard}) == 1


def test_a_rating_of_before_has_no_bad_mix_to_train_with() -> None:
    made = manifest("rating")
    older = made.model_copy(update={"stimuli": tuple(one for one in made.stimuli if one.role == "item")})
    assert [trial.role for trial in assign(older, 0)].count("training") == 1


def test_a_listener_below_zero_is_refused() -> None:
    with pytest.raises(ParameterError, match="number=-1"):
        assign(manifest(), -1)
