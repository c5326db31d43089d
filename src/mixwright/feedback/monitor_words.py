"""What was monitored in words: for a terminal, and for the page. No figure without its n."""

from __future__ import annotations

from .alerts import Alert
from .drift import LEAST_MIXES
from .monitoring import Change, Monitored
from .windows import Spread, Window

__all__ = ["EMPTY", "change_text", "genre_text", "number", "share_text", "short_lines", "spread_text", "text_lines"]

EMPTY = "No mix was kept in the last {days} days."
HOW = "Feedback is kept after `mixwright feedback on`, and only then."


def text_lines(m: Monitored, alerts: list[Alert]) -> list[str]:
    """Everything for a terminal."""
    if m.empty:
        return [EMPTY.format(days=m.days), HOW]
    lines = short_lines(m)
    lines += ["", *(f"ALERT {alert.rule}: {alert.sentence}" for alert in alerts)] if alerts else ["No alert."]
    if m.whole.figures:
        lines += ["", f"{'criterion':<44}{'median (quartiles)':>30}{'outside':>14}"]
        for row in m.whole.figures:
            out = "–" if row.missed is None else f"{row.missed} of {row.spread.n}"
            lines.append(f"{row.label:<44}{spread_text(row.spread, row.unit, counted=row.missed is None):>30}{out:>14}")
    if len(m.models) > 1:
        lines += ["", *(f"{one.name}: {_mixes(one)}; {_people(one)}" for one in m.models)]
    if m.drift is not None and m.drift.tests:
        lines += ["", f"{f'Against {m.drift.about}':<44}{'PSI':>8}{'p':>9}{'KS':>8}{'p':>9}{'n':>6}"]
        for t in m.drift.tests:
            ks = f"{'–':>8}{'–':>9}" if t.ks is None else f"{t.ks:>8.2f}{t.ks_chance:>9.2g}"
            mark = "  drifted" if t.drifted else ""
            lines.append(f"{t.name:<44}{t.psi:>8.2f}{t.psi_chance:>9.2g}{ks}{t.n:>6}{mark}")
    return lines


def short_lines(m: Monitored) -> list[str]:
    """The sentences that a reader wants first."""
    one = m.whole
    lines = [f"{_mixes(one)} in {m.days} days."]
    if one.parameters:
        lines.append(
            f"Parameters at their bounds: {share_text(one.at_bounds, one.parameters)}; RMS changed by "
            f"{spread_text(_percent(one.rms_change), '%')}; loudness off by {spread_text(one.loudness_error_lu, 'LU')}."
        )
    lines.append(f"{_people(one)}.")
    if one.genre_mixes:
        lines.append(f"Genres of {one.genre_mixes} mixes: {genre_text(one)}.")
    if m.drift is not None and not m.drift.tests:
        lines.append(f"Drift is looked for from {LEAST_MIXES} songs on; there are {m.drift.n}.")
    return lines


def genre_text(one: Window) -> str:
    """Mean shares, most first, those under 1 % left out."""
    rows = sorted(one.genres.items(), key=lambda item: -item[1])
    return ", ".join(f"{name.replace('_', '-')} {100 * share:.0f} %" for name, share in rows if share >= 0.01)


def change_text(change: Change, unit: str = "", digits: int = 2) -> str:
    """Now against before, each with n."""
    now, then = (
        f"{number(value, digits)} {unit}".rstrip() + f" (n = {n})"
        for value, n in ((change.now, change.n_now), (change.then, change.n_then))
    )
    chance = "" if change.chance is None else f", p = {change.chance:.2g}"
    return f"{now}, before {then}{chance}"


def spread_text(spread: Spread | None, unit: str = "", *, counted: bool = True) -> str:
    """Median and quartiles, with n where it stands nowhere else."""
    if spread is None:
        return "– (n = 0)"
    text = f"{number(spread.median)} {unit}".rstrip() + f" ({number(spread.low)} to {number(spread.high)}"
    return f"{text}; n = {spread.n})" if counted else f"{text})"


def share_text(count: int, n: int) -> str:
    """A share with what it is made of."""
    return f"{100 * count / n:.1f} % ({count} of {n})" if n else "– (n = 0)"


def number(value: float | None, digits: int = 2) -> str:
    """With a true minus sign and no negative zero; an en dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", "−")


def _mixes(one: Window) -> str:
    return f"{one.mixes} mix{'es' * (one.mixes != 1)} of {one.songs} song{'s' * (one.songs != 1)}"


def _people(one: Window) -> str:
    if one.edits.n:
        kept = (
            f"Kept as proposed: {share_text(one.edits.unchanged, one.edits.n)}; edited by "
            f"{spread_text(_percent(one.edits.distance), '% of a range')}"
        )
    else:
        kept = "It is not known of any song what was kept"
    if one.ratings is None:
        return f"{kept}; no ratings"
    r = one.ratings
    interval = "" if r.low is None else f", 95 % interval {number(r.low, 1)} to {number(r.high, 1)}"
    return f"{kept}; rated {number(r.mean, 1)} of 10 (n = {r.n}{interval})"


def _percent(spread: Spread | None) -> Spread | None:
    return spread and Spread(spread.n, 100 * spread.median, 100 * spread.low, 100 * spread.high)
