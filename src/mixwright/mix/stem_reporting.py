"""A mix's stems as the report shows them."""

from __future__ import annotations

from .report.data import StemRow
from .result import Mix

__all__ = ["stem_rows", "stems_sentence"]


def stem_rows(mix: Mix) -> list[StemRow]:
    """One a stem, in the order of their names; none for a song that came as a mix."""
    if mix.console is None:
        return []
    rows = []
    for stem in mix.console.heard:
        strip, made = mix.console.preset.strips[stem.name], mix.console.decision.strips[stem.name]
        moved = strip.parameters.moved() or ["gain_db"]
        role = f"{stem.role.replace('_', ' ')}, {100 * stem.roles[stem.role]:.0f} %"
        reasons = [made.reasons[name] for name in moved]
        rows.append(StemRow(stem.name, role, strip.parameters["gain_db"], strip.muted, reasons))
    return rows


def stems_sentence(mix: Mix) -> str:
    """How the balance came about."""
    if mix.console is None:
        return ""
    decision = mix.console.decision
    by = "what is usual for their roles" if decision.model == "rules" else "what they sound like beside each other"
    kept = f" {100 * decision.kept_share:.0f} % of the levels they came with were taken for a choice."
    lead = f" Room is made for {decision.lead}." if decision.lead else ""
    return f"{len(mix.console.heard)} stems, balanced by {by}.{kept}{lead} What follows is about their sum."
