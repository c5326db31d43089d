"""The page on judging shows the table that the code judges by, and every figure of a pair."""

from __future__ import annotations

from pathlib import Path

from tests.songs import song

from mixwright.metrics import CRITERIA, evaluate, prepare

PAGE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")


def test_the_page_shows_the_table_of_criteria() -> None:
    for row in CRITERIA:
        assert f"| `{row.name}` | {row.scope} | {row.better} | {row.bound} | {row.unit or '–'} |" in PAGE


def test_the_page_speaks_of_every_figure() -> None:
    audio = song(1.0)
    families = {"lag_ms": "Lag", "polarity": "polarity", "similarity": "Similarity", "gain_db": "gain"}
    families["spectral_centroid_change_percent"] = "`_percent`"
    for name in evaluate(prepare(audio, 44_100, audio, 44_100)):
        for ending in ("left_right", "sum_difference", "sum", "difference"):
            name = name.replace(f"_{ending}_db", "_X_db")
            if name.startswith("spectral_convergence"):
                name = name.replace(f"_{ending}", "_X")
        words = families.get(name, "Diff-MST" if name.startswith("diffmst") else f"`{name}`")
        if name == "multi_resolution_stft_sum_difference":
            words = "`…_sum_difference`"
        assert words in PAGE, name
