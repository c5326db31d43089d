"""CONTRIBUTING promises nothing that is not there: every test, command, option, target and file in it exists."""

from __future__ import annotations

import ast
import re
import shlex
from functools import cache
from pathlib import Path

import pytest
import typer.main

from mixwright.cli.app import app

ROOT = Path(__file__).parents[1]
PAGES = ("CONTRIBUTING.md", "docs/feedback.md")
STANDARDS = ("BS.1770-5", "R 128", "Tech 3341", "Tech 3342", "BS.1534-3", "BS.2132", "BS.1116")
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))


def commands(text: str) -> list[list[str]]:
    """Every `mixwright …` in the page's code, as words without comments; not where a dot of a name follows."""
    code = re.findall(r"^ {4}(mixwright .*)$|`(mixwright [^`]+)`|^(mixwright .*)$", text, re.MULTILINE)
    return [shlex.split("".join(parts), comments=True)[1:] for parts in code]


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("path", "function"), NAMED, ids=lambda part: part.rpartition("/")[2])
def test_every_test_that_is_named_is_there(path: str, function: str) -> None:
    assert function.startswith("test_")
    assert function in functions(path)


def rows() -> list[list[str]]:
    table = TEXT.split("## Standards")[1]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")
    ]


def test_every_standard_has_a_test_or_says_that_it_is_not_held() -> None:
    header, _, *body = rows()
    assert header == ["standard", "what is held", "how", "test"]
    for cells in body:
        held = "*not held*" not in cells[1]
        assert held == bool(re.search(r"`tests/[\w/]+\.py::test_\w+`", cells[3])), cells
        assert held == bool(cells[2]), cells
    told = " ".join(cells[0] for cells in body)
    assert all(standard in told for standard in STANDARDS)
    assert len(NAMED) > 20


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_named_is_there_with_its_options(page: str) -> None:
    named = commands((ROOT / page).read_text(encoding="utf-8"))
    assert len(named) > 8
    for words in named:
        found = typer.main.get_command(app)
        rest = list(words)
        while rest and hasattr(found, "commands"):
            assert rest[0] in found.commands, words
            found = found.commands[rest.pop(0)]
        known = {name for parameter in found.params for name in (*parameter.opts, *parameter.secondary_opts)}
        used = {word for word in rest if re.fullmatch(r"--?[a-z][a-z-]*", word)}
        assert used <= known, words


def test_the_walk_sees_commands() -> None:
    text = "`mixwright nothing here`\n    mixwright data check x.parquet   # why\nimport mixwright.mix"
    assert commands(text) == [["nothing", "here"], ["data", "check", "x.parquet"]]


def test_every_make_target_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", TEXT, re.MULTILINE))
    assert named >= {"setup", "test", "lint"}
    assert named <= targets


@pytest.mark.parametrize("page", [*PAGES, "README.md"])
def test_every_file_that_is_linked_is_there(page: str) -> None:
    path = ROOT / page
    links = re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)", path.read_text(encoding="utf-8"))
    assert links
    for file, anchor in links:
        target = path.parent / file if file else path
        assert target.exists(), file
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}, anchor


def test_the_readme_leads_here() -> None:
    assert "](CONTRIBUTING.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
