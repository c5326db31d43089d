"""The solver for references learns to believe a difference, and leaves alone what it does not know."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
import torch
from tests.training import small_set

from mixwright.training.evaluation import figures_of
from mixwright.training.faults import Faults, draw_faults
from mixwright.training.reference import ReferenceSolver, other_passages, reference_errors, train_reference
from mixwright.training.segments import Segments


@lru_cache(maxsize=1)
def twice() -> tuple[Segments, Faults]:
    """Every bundled passage twice: a song whose other passage has the very same spectrum."""
    once = small_set.segments()
    arrays = {name: np.concatenate([array, array]) for name, array in once.arrays.items()}
    song = np.concatenate([once.song, once.song])
    segments = Segments(once.songs, song, arrays, np.arange(len(song)))
    return segments, draw_faults(segments, np.arange(len(song)), ["undamaged", "strong", "strong", "severe"], seed=4)


def test_untrained_it_leaves_everything_alone() -> None:
    assert torch.equal(ReferenceSolver().eval()(torch.randn(5, 30) * 6, torch.ones(5, 30)), torch.zeros(5, 4))


def test_level_and_what_does_not_count_do_not_matter() -> None:
    torch.manual_seed(0)
    solver = ReferenceSolver().eval()
    with torch.no_grad():
        for value in solver.parameters():
            value += 0.1 * torch.randn_like(value)
        change, heard = torch.randn(4, 30) * 3, (torch.rand(4, 30) > 0.3).float()
        answer = solver(change, heard)
        assert float(answer.abs().max()) > 0.05
        torch.testing.assert_close(solver(change + 20.0, heard), answer, rtol=0, atol=1e-5)
        torch.testing.assert_close(solver(change + 9.0 * (1 - heard), heard), answer, rtol=0, atol=1e-5)


def test_another_passage_is_of_the_same_song_and_not_the_same() -> None:
    segments, faults = twice()
    others = other_passages(segments, faults, seed=1)
    assert (segments.song[others] == segments.song[faults.segment]).all()
    assert (others != faults.segment).all()
    alone = other_passages(small_set.segments(), small_set.faults(), seed=1)
    assert (alone == -1).all()


@pytest.fixture(scope="module")
def trained() -> ReferenceSolver:
    torch.set_num_threads(1)
    segments, faults = twice()
    return train_reference(segments, faults, seed=2, steps=150)


def test_it_learns_where_the_reference_is_the_answer(trained: ReferenceSolver) -> None:
    figures = figures_of(*reference_errors(trained, *twice(), seed=3))
    # Four bounded filters can take away about two fifths of a strong fault; half of that is learned in seconds.
    assert figures["removed_strong"] > 0.2
    assert figures["worse_strong"] < 0.1
    assert figures["harm_median_db"] < 0.3


def test_a_seed_gives_one_solver(trained: ReferenceSolver) -> None:
    again = train_reference(*twice(), seed=2, steps=150)
    for first, second in zip(trained.parameters(), again.parameters(), strict=True):
        assert torch.equal(first, second)
