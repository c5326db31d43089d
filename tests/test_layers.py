"""The layers, as data: imports go down only, and the package costs next to nothing until it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import mixwright

PACKAGE = Path(mixwright.__file__).parent
LAYERS = (
    {"__main__"},
    {"cli"},
    {"web", "batch"},
    {"loop"},
    {"benchmark"},
    {"mix", "listening", "feedback", "training"},
    {"charts", "choices", "damage", "store"},
    {"model", "chain", "metrics"},
    {"analysis", "parameters"},
    {"audio"},
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
SIBLINGS = {"model", "chain", "metrics", "analysis", "parameters"}  # may import each other, not in a circle
ANYWHERE = {"errors", "home", "_native", "__version__"}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
HEAVY = (
    *("soundfile", "soxr", "jinja2", "typer", "rich", "scipy", "torch", "onnxruntime", "numpy.fft"),
    *("fastapi", "sqlalchemy", "pydantic"),
)


def own_imports(path: Path) -> set[str]:
    """First part, below the package, of everything that a module imports from the package."""
    parents = path.relative_to(PACKAGE).parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            absolute = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            absolute = [[*(node.module or "").split("."), alias.name] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ["mixwright", *parents[: len(parents) - node.level + 1]]
            inner = (node.module or "").split(".") if node.module else []
            absolute = [[*base, *inner, alias.name] for alias in node.names]
        else:
            continue
        found |= {parts[1] for parts in absolute if parts[0] == "mixwright" and len(parts) > 1}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_only(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own in ANYWHERE:
        assert own_imports(path) <= ANYWHERE
        return
    for name in own_imports(path) - ANYWHERE - {own}:
        assert LEVEL[name] > LEVEL[own] or (LEVEL[name] == LEVEL[own] and own in SIBLINGS), f"{own} imports {name}"


def test_the_walk_sees_imports() -> None:
    assert {"analysis", "parameters", "_native"} <= own_imports(PACKAGE / "model" / "tone.py") | own_imports(
        PACKAGE / "model" / "dynamics.py"
    )


def test_siblings_do_not_import_each_other_in_a_circle() -> None:
    edges = {(p.relative_to(PACKAGE).parts[0], name) for p in MODULES for name in own_imports(p)}
    for a, b in (("model", "chain"), ("model", "metrics"), ("chain", "metrics"), ("analysis", "parameters")):
        assert not ({(a, b), (b, a)} <= edges)


def test_import_is_light_and_silent() -> None:
    code = f"import sys, mixwright; print([m for m in {HEAVY!r} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
    assert result.stderr == ""


def test_every_public_name_is_there() -> None:
    for name in mixwright.__all__:
        assert callable(getattr(mixwright, name))
    assert callable(mixwright.mix)  # the function, although it is a package too
    with pytest.raises(AttributeError):
        _ = mixwright.nothing  # type: ignore[attr-defined]
