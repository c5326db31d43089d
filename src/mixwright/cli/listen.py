"""`mixwright listen`: blind tests, from their size to what they show."""

from __future__ import annotations

from typing import Annotated

import typer

from .listen_create import create_command, schema_command
from .listen_results import results_command
from .listen_serve import forget_command, invite_command, serve_command

__all__ = ["listen_app"]

listen_app = typer.Typer(help="Blind listening tests, from their size to what they show.", no_args_is_help=True)


@listen_app.callback()
def listen() -> None:
    """Blind listening tests, from their size to what they show."""


@listen_app.command("power")
def power_command(
    effect: Annotated[float, typer.Option(help="The share of wins that the test is to find.")] = 0.7,
    power: Annotated[float, typer.Option(help="The chance to find it.")] = 0.8,
    alpha: Annotated[float, typer.Option(help="The chance to find something where nothing is.")] = 0.05,
    each: Annotated[int, typer.Option(metavar="TRIALS", help="How many answers each listener gives.")] = 8,
    correlation: Annotated[float, typer.Option(help="How alike the answers of one listener are, 0 to 1.")] = 0.1,
    one_sided: Annotated[bool, typer.Option("--one-sided", help="Only wins count as a finding.")] = False,
) -> None:
    """How many listeners an A/B test needs."""
    from ..listening import plan

    made = plan(effect, power, alpha, two_sided=not one_sided, trials_per_listener=each, correlation=correlation)
    print(f"{made.listeners} listeners with {each} answers each ({made.trials} in all)")
    print(
        f"An exact {'one' if one_sided else 'two'}-sided test at {alpha:g} finds {100 * effect:g} % wins with a chance "
        f"of {100 * power:g} % from {made.independent_trials} independent answers "
        f"on ({made.wins_needed} wins of these). "
        f"Answers of one listener are alike, which takes {made.design_effect:.2f} times as many."
    )


listen_app.command("create")(create_command)
listen_app.command("schema")(schema_command)
listen_app.command("serve")(serve_command)
listen_app.command("invite")(invite_command)
listen_app.command("forget")(forget_command)
listen_app.command("results")(results_command)
