"""The gate's decision as a document: what was compared with what, on which music, every rule, and the outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .. import __version__
from .rules import Rule

__all__ = ["Verdict"]

FORMAT = "mixwright-gate-1"
TITLES = {
    "no_criterion_worse": "No success criterion is worse",
    "harm_bound": "Do no harm",
    "limits": "Limits are held",
    "better": "The benchmark is better",
    "genre_floor": "No genre pays for it",
    "listeners": "Listeners prefer it",
}


@dataclass(frozen=True)
class Verdict:
    """`music` is the fingerprint of what was measured on, `settings` what was measured; `at` in ISO 8601, UTC."""

    champion: str
    challenger: str
    at: str
    music: str
    settings: Mapping[str, Any]
    rules: Sequence[Rule]

    @property
    def passed(self) -> bool:
        """Whether every rule that applies was passed."""
        return all(rule.passed is not False for rule in self.rules)

    @property
    def reason(self) -> str:
        """One sentence for the audit."""
        failed = [TITLES[rule.name].lower() for rule in self.rules if rule.passed is False]
        return f"did not pass: {', '.join(failed)}" if failed else "passed every rule of the gate"

    def to_json(self) -> str:
        """The document for programs."""
        content = {"format": FORMAT, "mixwright": __version__, **asdict(self), "passed": self.passed}
        return json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n"

    def to_markdown(self) -> str:
        """The document for people."""
        lines = [
            f"# Gate: {self.challenger} against {self.champion}",
            "",
            f"**{'Passed' if self.passed else 'Refused'}**: the challenger {self.reason}.",
            "",
            "| rule | outcome | figures |",
            "|---|---|---|",
        ]
        words = {True: "passed", False: "**not passed**", None: "not asked"}
        lines += [f"| {TITLES[rule.name]} | {words[rule.passed]} | {rule.sentence} |" for rule in self.rules]
        told = ", ".join(f"{name} {value}" for name, value in self.settings.items())
        lines += ["", f"Measured {self.at} with Mixwright {__version__} on music {self.music} ({told}).", ""]
        if self.settings.get("heard_in_training"):
            lines += ["The challenger has learned from this music: the figures flatter it.", ""]
        return "\n".join(lines)
