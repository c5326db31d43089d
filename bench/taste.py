"""How many choices taste needs, by simulated listeners: python -m bench.taste.

A listener of known taste answers pairs that are drawn at random, or asked for (a quarter of these at random, too). Then
another one of the same taste, who never doubts, answers pairs that were not asked: how many are foretold.
"""

from __future__ import annotations

import numpy as np
from tests.feedback.tasters import Taster, random_choices

from mixwright.feedback import TRAITS, Asker, Choice, Taste, learn_taste

IDEAL = {"high_eq": 0.35, "low_eq": -0.3, "stereo_width": 0.2}
COUNTS, SEEDS, UNSEEN = (20, 40, 80, 120), 40, 300
DOUBTLESS = 400.0


def taught(count: int, seed: int, random_share: float) -> Taste:
    """What so many answers teach."""
    rng, asker = np.random.default_rng(seed), Asker(seed, random_share=random_share)
    taster, choices = Taster(IDEAL), list[Choice]()
    for _ in range(count):
        pair = asker.next_pair(learn_taste(choices))
        choices.append(taster.choose(pair.first, pair.second, rng))
    return learn_taste(choices)


def foretold(taste: Taste, seed: int) -> float:
    """The share of clear choices that are foretold."""
    choices = random_choices(Taster(IDEAL, price=DOUBTLESS), UNSEEN, np.random.default_rng(1000 + seed))
    clear = [choice for choice in choices if choice.outcome != "tie"]
    chances = [taste.chances(choice.first, choice.second) for choice in clear]
    right = [(p["first"] > p["second"]) == (c.outcome == "first") for p, c in zip(chances, clear, strict=True)]
    return float(np.mean(right))


def direction(taste: Taste) -> float:
    """The cosine between the lean and the taste; 0 where nothing leans."""
    lean, ideal = (np.array([way.get(name, 0.0) for name in TRAITS]) for way in (taste.lean().positions, IDEAL))
    length = float(np.linalg.norm(lean) * np.linalg.norm(ideal))
    return float(lean @ ideal) / length if length else 0.0


def main() -> None:
    print("| choices | foretold, random pairs | foretold, asked pairs | direction, random | direction, asked |")
    print("|---|---|---|---|---|")
    for count in COUNTS:
        found = {share: [taught(count, seed, share) for seed in range(SEEDS)] for share in (1.0, 0.25)}
        cells = [_cell([foretold(t, k) for k, t in enumerate(tastes)]) for tastes in found.values()]
        cells += [_cell([direction(t) for t in tastes]) for tastes in found.values()]
        print(f"| {count} | {' | '.join(cells)} |")
    noise = [
        learn_taste(random_choices(Taster({}, price=0.0), 80, np.random.default_rng(k))) for k in range(10 * SEEDS)
    ]
    moved = sum(bool(taste.lean().positions) for taste in noise)
    print(f"Listeners who throw a coin, 80 choices: {moved} of {len(noise)} get a lean.")


def _cell(values: list[float]) -> str:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return f"{middle:.3f} ({low:.3f}–{high:.3f})"


if __name__ == "__main__":
    main()
