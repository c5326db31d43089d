"""`mixwright models`: which networks there are, how they compare, who is champion, and back."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from .retrain import REFUSED, print_verdict

if TYPE_CHECKING:
    from ..model.registry import Registry
    from ..model.registry_file import Version

__all__ = ["models_app"]

models_app = typer.Typer(help="Networks: list, compare, promote, roll back.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]
VersionName = Annotated[
    str, typer.Argument(metavar="VERSION", help="Its first digits, or champion, challenger, shipped.")
]


@models_app.callback()
def models() -> None:
    """Networks: list, compare, promote, roll back."""


@models_app.command("list")
def list_command(as_json: Json = False) -> None:
    """All networks with where they came from; the champion decides in every mix."""
    registry = _registry()
    versions, aliases = registry.versions(), registry.aliases()
    if as_json:
        print(json.dumps({"aliases": aliases, "versions": [asdict(v) for v in versions]}, indent=2, ensure_ascii=False))
        return
    for version in versions:
        names = ", ".join(alias for alias, of in aliases.items() if of == version.version)
        facts = [
            version.created[:16].replace("T", " "),
            f"after {version.parent}" if version.parent else "",
            version.run,
        ]
        print(f"{version.version:<14}{names:<12}{'; '.join(filter(None, facts))}")
        for split, figures in version.figures.items():
            told = _figures(figures)
            if told and "given" not in split:
                print(f"{'':<26}{split}: {told}")


@models_app.command("show")
def show_command(version: VersionName, as_json: Json = False) -> None:
    """A version's card, and every decision about it."""
    registry = _registry()
    row = _row(registry, registry.find(version))
    folder = registry.folder / row.version
    if as_json:
        changes = [asdict(c) for c in registry.audit() if c.version == row.version]
        print(json.dumps({**asdict(row), "audit": changes}, indent=2, ensure_ascii=False))
        return
    for path in [folder / "model_card.md", *sorted(folder.glob("gate-*.md"))]:
        if path.is_file():
            print(path.read_text(encoding="utf-8"))
    for change in registry.audit():
        if change.version == row.version:
            print(f"{change.at[:19]}  {change.what}: {change.reason or 'no reason was given'}")


@models_app.command("audit")
def audit_command(as_json: Json = False) -> None:
    """Every change of the registry, the oldest first."""
    changes = _registry().audit()
    if as_json:
        print(json.dumps([asdict(c) for c in changes], indent=2, ensure_ascii=False))
        return
    for c in changes:
        moved = f"; champion {c.before} → {c.after}" if c.before != c.after else ""
        print(f"{c.at[:19]}  {c.what:<9}{c.version:<14}{c.reason}{moved}")
    if not changes:
        print("Nothing was changed yet: the shipped network is champion.")


@models_app.command("compare")
def compare_command(
    version: VersionName,
    music: Annotated[Path, typer.Argument(metavar="MUSIC", help="As `mixwright benchmark` takes it.")],
    against: Annotated[str, typer.Option(help="Another version.")] = "champion",
    split: Annotated[str, typer.Option(help="Which split of the table; all for every one.")] = "test",
    fast: Annotated[bool, typer.Option("--fast", help="Ten seconds a song.")] = False,
    draws: Annotated[int, typer.Option(min=1, max=20, help="Faults of each strength a song.")] = 1,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Results, a line a case; a stopped run goes on from here.")
    ] = Path("compare.jsonl"),
    workers: Annotated[int, typer.Option(min=0, max=256, help="Processes; 0 is one a core.")] = 0,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress line.")] = False,
) -> None:
    """Hold a version against another by the rules of the gate; changes nothing. Exit code 3 where it does not pass."""
    from ..benchmark.restore import FAST, FULL
    from ..loop.gate import Asked, measure
    from .progress import counted

    asked = Asked(
        music, output, FAST if fast else FULL, None if split == "all" else split, draws,
        workers or os.cpu_count() or 1,
    )  # fmt: skip
    with counted(quiet, "Judging") as progress:
        verdict = measure(_registry(), version, asked, champion=against, progress=progress)
    print(verdict.to_json().rstrip() if as_json else "\n".join(print_verdict(verdict, promote=False)[:-1]))
    if not as_json:
        print(f"It {verdict.reason}.")
    if not verdict.passed:
        raise typer.Exit(REFUSED)


@models_app.command("promote")
def promote_command(
    version: VersionName,
    reason: Annotated[str, typer.Option(help="For the audit.")] = "by hand",
    without_gate: Annotated[
        bool, typer.Option("--without-gate", help="Although it has not passed the gate against this champion.")
    ] = False,
) -> None:
    """Make a version champion. It must have passed the gate against who is champion now."""
    from ..errors import ModelError

    registry = _registry()
    found, champion = registry.find(version), registry.aliases()["champion"]
    document = "" if without_gate else _passed(registry, found, champion)
    if not without_gate and not document:
        raise ModelError(
            f"version {found}: has not passed the gate against {champion}: mixwright retrain with its --name "
            "judges it; or --without-gate"
        )
    reason += ", without the gate" if without_gate else ""
    registry.promote(found, reason=reason, document_sha256=document, against="" if without_gate else champion)
    print(f"{found} is champion from the next mix on.")


@models_app.command("rollback")
def rollback_command(reason: Annotated[str, typer.Option(help="For the audit.")] = "by hand") -> None:
    """Make who was champion before champion again."""
    print(f"{_registry().rollback(reason=reason)} is champion again, from the next mix on.")


@models_app.command("add")
def add_command(
    network: Annotated[Path, typer.Argument(metavar="FILE", help="The file of a network, as `train` writes it.")],
    card: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it)
        typer.Option(help="Its model card; default model_card.md beside it."),
    ] = None,
) -> None:
    """Take a network in as challenger."""
    from ..errors import ParameterError

    beside = card or network.with_name("model_card.md")
    try:
        text = beside.read_text(encoding="utf-8") if card or beside.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{beside}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    registry = _registry()
    row = registry.register(network, card=text, run=network.parent.name)
    if registry.aliases()["champion"] == row.version:
        print(f"{row.version} is champion already.")
    else:
        print(f"{row.version} is challenger; its parent is {row.parent}.")


def _registry() -> Registry:
    from ..home import MODELS, home_folder
    from ..model.registry import Registry

    return Registry(home_folder() / MODELS)


def _row(registry: Registry, version: str) -> Version:
    return next(row for row in registry.versions() if row.version == version)


def _passed(registry: Registry, version: str, champion: str) -> str:
    """The SHA-256 of the last gate's document against this champion, if it was passed and is as the audit knows it."""
    import hashlib

    judged = [c for c in registry.audit() if c.version == version and c.before == champion and c.document_sha256]
    for path in (registry.folder / version).glob("gate-*.json") if judged else ():
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() == judged[-1].document_sha256:
            content = json.loads(data)
            return judged[-1].document_sha256 if content["passed"] and content["champion"] == champion else ""
    return ""


def _figures(figures: Mapping[str, float]) -> str:
    parts = [
        f"{word} {100 * figures[f'removed_{word}']:.0f} % of the error removed"
        for word in ("light", "strong", "severe")
        if f"removed_{word}" in figures
    ]
    if "harm_median_db" in figures:
        parts.append(f"undamaged moved {figures['harm_median_db']:.2f} dB")
    return ", ".join(parts)
