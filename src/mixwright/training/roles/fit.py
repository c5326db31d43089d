"""The fit of the roles' network: `python -m mixwright.training.roles.fit STEMS --font FILE...`.

STEMS is a folder with stems.csv; its split `test` is only judged. What FluidSynth plays is kept in `--kept`, since it
takes minutes. Writes the weights, and prints what docs/roles.md says.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from ...audio import atomic_path
from ...metrics import proportion
from ...model.roles import FEATURES, RoleNetwork, hinted
from ...parameters.strip import ROLES
from ..calibration import fit_temperature
from .sounds import Sounds, labelled_stems, made_sounds

__all__ = ["FAMILIES", "fit_roles", "save_roles"]

HIDDEN = 96
STEPS = 2500
BATCH = 256
REAL_SHARE = 0.5  # of a batch: stems of real songs
DROPOUT = 0.4
NOISE = 0.25  # of each feature's spread
TILT_DB = 8.0  # at most, over the mel bands: as an equaliser may have coloured it
SMOOTHING = 0.05
MELS = 64
FAMILIES: dict[str, tuple[str, ...]] = {
    "drums and percussion": ("kick", "snare", "cymbals", "drums", "percussion"),
    "bass": ("bass",),
    "guitar and keys": ("guitar", "keys"),
    "synth and effects": ("synth", "effects"),
    "strings and winds": ("strings", "winds"),
    "voices": ("lead_vocal", "backing_vocal"),
}


@dataclass(frozen=True)
class _Set:
    features: torch.Tensor
    role: torch.Tensor
    share: NDArray[np.float64]  # how often each sound is drawn


def fit_roles(real: Sounds, made: Sounds, *, seed: int = 0, steps: int = STEPS) -> RoleNetwork:
    """The network from stems of real songs and sounds that were made; the same seed gives the same weights."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    together = _joined(real, made)
    centre = together.features.mean(dim=0)
    scale = together.features.std(dim=0) + 0.05
    first, second = nn.Linear(FEATURES, HIDDEN), nn.Linear(HIDDEN, len(ROLES))
    model = nn.Sequential(first, nn.ReLU(), nn.Dropout(DROPOUT), second)
    descent = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(descent, steps)
    for _ in range(steps):
        rows = torch.from_numpy(rng.choice(len(together.share), BATCH, p=together.share))
        inside = (_coloured(together.features[rows], rng) - centre) / scale
        inside = torch.clamp(inside + NOISE * torch.randn(inside.shape), -4, 4)
        loss = functional.cross_entropy(model(inside), together.role[rows], label_smoothing=SMOOTHING)
        descent.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        descent.step()
        schedule.step()
    arrays = [part.detach().double().numpy() for part in (first.weight, first.bias, second.weight, second.bias)]
    return RoleNetwork(
        centre.numpy(), scale.numpy(), arrays[0].T.copy(), arrays[1], arrays[2].T.copy(), arrays[3], temperature=1.0
    )


def save_roles(network: RoleNetwork, path: Path) -> None:
    """Write the weights as 32-bit floats, whole or not at all."""
    arrays = {name: np.asarray(getattr(network, name), np.float32) for name in RoleNetwork.__dataclass_fields__}
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # the stubs see a flag among the names


def _joined(real: Sounds, made: Sounds) -> _Set:
    """Both kinds with equal weight, and within each kind every role that it has, as the root of its sounds."""
    shares = []
    for sounds, part in ((real, REAL_SHARE), (made, 1 - REAL_SHARE)):
        counts = np.bincount(sounds.role, minlength=len(ROLES)).astype(np.float64)
        each = 1 / np.sqrt(counts[sounds.role])
        shares.append(part * each / each.sum())
    share = np.concatenate(shares)
    return _Set(
        torch.from_numpy(np.concatenate([real.features, made.features])).float(),
        torch.from_numpy(np.concatenate([real.role, made.role])),
        share / share.sum(),
    )


def _coloured(features: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """With another equaliser on each: a filter moves the mean of a band, and neither deviation nor flux."""
    place = np.linspace(0, 1, MELS)
    knots = rng.uniform(-TILT_DB / 2, TILT_DB / 2, (len(features), 4))
    curve = np.stack([np.interp(place, np.linspace(0, 1, 4), row) for row in knots])
    moved = features.clone()
    moved[:, :MELS] += torch.from_numpy(curve - curve.mean(axis=1, keepdims=True)).float() / 5
    return moved


def folds(real: Sounds) -> NDArray[np.int64]:
    """Which song each stem belongs to: what is judged song by song was not learned from."""
    songs = [source.split("/")[0] for source in real.source]
    return np.unique(songs, return_inverse=True)[1]


def calibrated(real: Sounds, made: Sounds, *, seed: int = 0, parts: int = 5, steps: int = STEPS) -> float:
    """The temperature, from songs that the network did not hear (five-fold over songs)."""
    song = folds(real)
    logits, labels = [], []
    for part in range(parts):
        out = song % parts == part
        kept = Sounds(real.features[~out], real.role[~out], [s for s, o in zip(real.source, out, strict=True) if not o])
        network = fit_roles(kept, made, seed=seed, steps=steps)
        logits.append(np.log(np.maximum(network.probabilities(real.features[out]), 1e-9)))
        labels.append(np.eye(len(ROLES))[real.role[out]])
    found = torch.from_numpy(np.concatenate(logits)).float()
    wanted = torch.from_numpy(np.concatenate(labels)).float()
    return fit_temperature(found, wanted, torch.ones(len(found)))[0]


def judged(network: RoleNetwork, sounds: Sounds) -> list[str]:
    """Lines of Markdown: accuracy without names, with names, by family, and what was taken for what."""
    heard = network.probabilities(sounds.features)
    named = [
        hinted(dict(zip(ROLES, row, strict=True)), source.split("/")[-1])
        for row, source in zip(heard.tolist(), sounds.source, strict=True)
    ]
    family = {role: name for name, roles in FAMILIES.items() for role in roles}
    of = [family.get(ROLES[r], ROLES[r]) for r in sounds.role]
    answers = {
        "without names": heard.argmax(axis=1) == sounds.role,
        "with names": np.array([max(row, key=row.__getitem__) for row in named]) == np.array(ROLES)[sounds.role],
        "family, without names": np.array([family.get(ROLES[r], ROLES[r]) for r in heard.argmax(axis=1)])
        == np.array(of),
    }
    lines = ["| stems of artists that were not learned from | n | right | 95 % interval |", "|---|---:|---:|---|"]
    for name, right in answers.items():
        found = proportion(int(right.sum()), len(right))
        lines.append(f"| {name} | {len(right)} | {found.median:.0%} | {found.low:.0%} to {found.high:.0%} |")
    lines += ["", "| stem | is | heard as |", "|---|---|---|"]
    for source, role, row in zip(sounds.source, sounds.role, heard, strict=True):
        best = int(row.argmax())
        if best != role:
            lines.append(
                f"| {source} | {ROLES[role]} | {ROLES[best]} ({row[best]:.0%}; {ROLES[role]} {row[role]:.0%}) |"
            )
    return lines


def kept_sounds(fonts: Sequence[Path], place: Path, workers: int) -> Sounds:
    """What was played before, or is played now and kept."""
    if place.is_file():
        with np.load(place) as file:
            return Sounds(file["features"], file["role"], file["source"].tolist())
    made = made_sounds(fonts, workers=workers, told=_told)
    place.parent.mkdir(parents=True, exist_ok=True)
    np.savez(place, features=made.features, role=made.role, source=np.array(made.source))
    return made


def _told(done: int, total: int) -> None:
    if done % 100 == 0 or done == total:
        print(f"{done} of {total} sounds", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m mixwright.training.roles.fit", description=__doc__)
    parser.add_argument("stems", type=Path)
    parser.add_argument("--font", type=Path, action="append", required=True, help="a sound font (.sf2)")
    parser.add_argument("--kept", type=Path, default=Path("build/roles/made.npz"))
    parser.add_argument("--output", type=Path, default=Path("build/roles/roles.npz"))
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    made = kept_sounds(options.font, options.kept, options.workers)
    real = labelled_stems(options.stems, "train", workers=options.workers)
    network = fit_roles(real, made, seed=options.seed)
    fields = {name: getattr(network, name) for name in RoleNetwork.__dataclass_fields__}
    network = RoleNetwork(**fields | {"temperature": calibrated(real, made, seed=options.seed)})
    save_roles(network, options.output)
    print(f"{len(real)} stems of songs and {len(made)} sounds that were made; temperature {network.temperature:.2f}\n")
    print("\n".join(judged(network, labelled_stems(options.stems, "test", workers=options.workers))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
