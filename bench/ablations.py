"""What each part of the learned mixer is worth, into docs/benchmarks.md: `python -m bench.ablations DATA...`.

Every variant is trained on the music, split, faults and seed of `mixwright train`, and judged on the test
split in closed form (docs/training.md). Runs and measurements are kept in build/ablations, from where a stopped run
goes on; `--only NAME` trains one variant, and without DATA what is known is put into the document.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bench.document import DOCS, write_section
from bench.measure import machine
from mixwright.parameters import GENRES, PARAMETERS
from mixwright.training.batches import Batch, batch_of
from mixwright.training.collection import gather
from mixwright.training.config import Config
from mixwright.training.evaluation import SAME_DB, answers
from mixwright.training.examples import Examples, Recipe, make_examples
from mixwright.training.faults import STRENGTH_NAMES, Faults
from mixwright.training.fit import train
from mixwright.training.network import normalised, tone_features, values_of
from mixwright.training.objective import left_error_db
from mixwright.training.segments import Segments, measure_songs
from mixwright.training.tone_stage import fault_features

FOLDER = Path(__file__).parents[1] / "build" / "ablations"
RESULTS = Path(__file__).parent / "ablations.json"
TREES = "gradient boosting"
Ask = Callable[[Batch], tuple[Tensor, Tensor]]


def variants(usual: Config) -> dict[str, Config]:
    """By name, each the usual configuration with one thing taken away."""
    shape = usual.shape
    return {
        "as shipped": usual,
        "parameter MSE only": replace(usual, objective="parameters", pretrain_steps=0,
                                      steps=usual.steps + usual.pretrain_steps),
        "mixing loss alone": replace(usual, balance_weight=0.0, worse_weight=0.0),
        "no attention": replace(usual, shape=replace(shape, attention=False)),
        "no genre experts": replace(usual, shape=replace(shape, experts=False)),
        "no convolutions": replace(usual, shape=replace(shape, tokens=False)),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="*", type=Path)
    parser.add_argument("--only", help="train and judge this variant")
    parser.add_argument("--cache", type=Path, default=FOLDER / "cache", help="measurements of `mixwright train`")
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.data:
        torch.set_num_threads(1)
        segments, examples = _music(arguments.data, arguments.cache, arguments.workers)
        names = [arguments.only] if arguments.only else [*variants(Config()), TREES]
        for name in names:
            _measure(name, segments, examples)
    write_section(DOCS / "benchmarks.md", "ablations", report(json.loads(RESULTS.read_text(encoding="utf-8"))))


def _music(data: list[Path], cache: Path, workers: int) -> tuple[Segments, Examples]:
    collection = gather(data, cache, workers=workers)
    segments = measure_songs(collection.songs, cache / "segments", workers=workers)
    kept = FOLDER / "examples.npz"
    FOLDER.mkdir(parents=True, exist_ok=True)
    return segments, make_examples(segments, Recipe(), kept, seed=0, workers=workers)


def _measure(name: str, segments: Segments, examples: Examples) -> None:
    assert examples.test is not None
    if name == TREES:
        ask = _trees(segments, examples)
        asks = {"blind": ask}
        size = 0
    else:
        config = variants(Config())[name]
        state = train(examples.music, config, FOLDER / f"{name.replace(' ', '-')}.pt", report=_print)
        size = sum(p.numel() for p in state.model.parameters())
        asks = {
            task: (lambda batch, given=given: answers(state.model, batch, genre_given=given)[:2])
            for task, given in (("blind", False), ("genre", True))
        }
    found: dict[str, Any] = {"weights": size}
    for task, ask in asks.items():
        before, after = _errors(ask, segments, examples.test)
        found[task] = {"before": before.round(4).tolist(), "after": after.round(4).tolist()}
    found["strength"] = examples.test.strength.tolist()
    found["artist"] = [segments.songs[s].artist for s in segments.song[examples.test.segment]]
    everything = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    everything[name] = found
    RESULTS.write_text(json.dumps(everything) + "\n", encoding="utf-8")


def _print(step: int, figures: dict[str, float]) -> None:
    print(step, {name: round(value, 3) for name, value in figures.items()}, flush=True)


@torch.no_grad()
def _errors(ask: Ask, segments: Segments, faults: Faults) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    pairs = []
    for rows in np.array_split(np.arange(len(faults)), max(1, len(faults) // 64)):
        batch = batch_of(segments, faults, rows)
        pairs.append([e.numpy() for e in left_error_db(*ask(batch), batch)])
    before, after = (np.concatenate(column) for column in zip(*pairs, strict=True))
    return before, after


def _trees(segments: Segments, examples: Examples) -> Ask:
    """Gradient boosting of each fitted position on the tone features of `network.py`."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    faults = examples.music.train
    features = fault_features(segments, faults, np.arange(len(faults))).numpy()
    targets = examples.music.targets.numpy()
    models = [
        HistGradientBoostingRegressor(max_iter=200, learning_rate=0.05, l2_regularization=1.0, random_state=0).fit(
            features, targets[:, index]
        )
        if np.ptp(targets[:, index]) > 0
        else None
        for index in range(len(PARAMETERS))
    ]

    def ask(batch: Batch) -> tuple[Tensor, Tensor]:
        rows = _features(batch)
        zero = np.zeros(len(rows))
        positions = np.stack([zero if m is None else m.predict(rows) for m in models], axis=1)
        values = values_of(torch.from_numpy(np.clip(positions, -1, 1)).float())
        return values, torch.full((len(rows), len(GENRES)), 1 / len(GENRES))

    return ask


def _features(batch: Batch) -> NDArray[np.float32]:
    return tone_features(normalised(batch.mel_db), batch.mid_db, batch.side_db).numpy()


def report(everything: dict[str, Any]) -> str:
    """The table as Markdown, each figure with its interval over artists."""
    first = next(iter(everything.values()))
    lines = [
        f"{len(first['strength'])} faults on passages of {len(set(first['artist']))} artists that no variant heard, "
        "closed form, one seed. Median share of the LTAS error removed at strong damage, with a 95 % bootstrap "
        f"interval over artists; cases made worse by more than {SAME_DB} dB; how far undamaged music is moved (median, "
        f"95th percentile). `python -m bench.ablations DATA...`, {date.today()}, {machine()}.",
        "",
        "| variant | weights | removed, blind | removed, genre given | made worse | harm, dB | 95th percentile |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, found in everything.items():
        strength, artist = np.array(found["strength"]), np.array(found["artist"])
        cells = [f"{found['weights']:,}" if found["weights"] else "trees"]
        strong = strength == STRENGTH_NAMES.index("strong")
        for task in ("blind", "genre"):
            if task not in found:
                cells.append("")
                continue
            before, after = (np.array(found[task][k]) for k in ("before", "after"))
            share = 1 - after[strong] / before[strong]
            low, high = _interval(share, artist[strong])
            cells.append(f"{100 * np.median(share):.0f} % ({100 * low:.0f}–{100 * high:.0f})".replace("-", "−"))
        before, after = (np.array(found["blind"][k]) for k in ("before", "after"))
        cells.append(f"{100 * np.mean(after[strong] > before[strong] + SAME_DB):.0f} %")
        harm = after[strength == 0]
        cells += [f"{np.median(harm):.2f}", f"{np.percentile(harm, 95):.2f}"]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _interval(values: NDArray[np.float64], artist: NDArray[np.str_]) -> tuple[float, float]:
    """Bootstrap over artists: whole artists are drawn, since their songs are alike."""
    rng = np.random.default_rng(0)
    names = np.unique(artist)
    by_artist = [values[artist == name] for name in names]
    medians = [
        np.median(np.concatenate([by_artist[i] for i in rng.integers(len(names), size=len(names))]))
        for _ in range(1000)
    ]
    return float(np.quantile(medians, 0.025)), float(np.quantile(medians, 0.975))


if __name__ == "__main__":
    main()
