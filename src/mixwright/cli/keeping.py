"""A finished mix, kept for whoever agreed to that. Nothing of the database is loaded where nobody did."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..home import FEEDBACK, home_folder

if TYPE_CHECKING:
    from ..mix import Mix

__all__ = ["keep_mix"]


def keep_mix(result: Mix, *, how: str) -> None:
    """Keep what was decided for a song; where that fails, one line on standard error, and the mix is none the worse."""
    home = home_folder()
    try:
        if not (home / FEEDBACK).is_file():
            return
        from ..feedback.diary import diary_of

        with diary_of(home) as diary:
            if diary is not None:
                figures = {criterion.name: criterion.value for criterion in result.criteria}
                diary.mixed(result.preset, result.decided, result.before, figures, genre=result.genre, how=how)
    except Exception as error:  # whatever it is, the mix is written and is to be told of
        why = " ".join(str(error).split()) or type(error).__name__
        print(f"mixwright: feedback was not kept: {why}", file=sys.stderr)
