"""The registry: who is champion, where each version came from, and that going back gives the same bits."""

from __future__ import annotations

import hashlib
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from tests.model.network_files import write_network
from tests.songs import song

import mixwright
from mixwright.errors import ModelError
from mixwright.home import MODELS
from mixwright.mix.deciding import check_model
from mixwright.model.network import load_network
from mixwright.model.registry import Registry


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models")


def versioned(path: Path, version: str, mid: float = 0.0) -> Path:
    return write_network(path, facts={"version": version}, positions={"mid_eq": mid, "reverb": abs(mid)})


def test_without_any_the_shipped_network_is_champion(registry: Registry) -> None:
    assert registry.aliases() == {"champion": "shipped"}
    (only,) = registry.versions()
    assert only.run == f"network {load_network().facts.version}"
    assert not registry.folder.exists()  # looking makes nothing
    with pytest.raises(ModelError, match="none before it"):
        registry.rollback()


def test_from_challenger_to_champion_and_back(registry: Registry, tmp_path: Path) -> None:
    first = registry.register(versioned(tmp_path / "a.onnx", "aaaa11"), run="one", data_sha256="d", card="# Card")
    second = registry.register(versioned(tmp_path / "b.onnx", "bbbb22"), parent="aaaa11")
    assert (first.parent, second.parent) == ("shipped", "aaaa11")
    assert registry.aliases() == {"champion": "shipped", "challenger": "bbbb22"}
    registry.promote("aaaa", reason="better")
    registry.promote("challenger", reason="better still", document_sha256="x" * 64)
    assert registry.aliases() == {"champion": "bbbb22"}
    assert registry.rollback(reason="complaints") == "aaaa11"
    assert registry.rollback() == "shipped"
    assert registry.aliases() == {"champion": "shipped"}
    told = [(c.what, c.version, c.before, c.after) for c in registry.audit()]
    assert told == [
        ("register", "aaaa11", "shipped", "shipped"),
        ("register", "bbbb22", "shipped", "shipped"),
        ("promote", "aaaa11", "shipped", "aaaa11"),
        ("promote", "bbbb22", "aaaa11", "bbbb22"),
        ("rollback", "aaaa11", "bbbb22", "aaaa11"),
        ("rollback", "shipped", "aaaa11", "shipped"),
    ]
    assert registry.audit()[3].document_sha256 == "x" * 64
    assert (registry.folder / "aaaa11" / "model_card.md").read_text() == "# Card"


def test_who_was_judged_against_another_is_not_promoted(registry: Registry, tmp_path: Path) -> None:
    for version in ("aaaa11", "bbbb22"):
        registry.register(versioned(tmp_path / f"{version}.onnx", version))
    registry.promote("aaaa11", reason="", against="shipped")
    with pytest.raises(ModelError, match="judged against shipped, and aaaa11 became champion meanwhile"):
        registry.promote("bbbb22", reason="", against="shipped")
    assert registry.aliases() == {"champion": "aaaa11", "challenger": "bbbb22"}
    assert registry.promote("bbbb22", reason="", against="aaaa11") == "bbbb22"


def test_what_was_changed_or_is_gone_is_not_promoted(registry: Registry, tmp_path: Path) -> None:
    registry.register(versioned(tmp_path / "a.onnx", "aaaa11"))
    path = registry.network("aaaa11")
    path.write_bytes(versioned(tmp_path / "c.onnx", "cccc33").read_bytes())
    with pytest.raises(ModelError, match="was changed after"):
        registry.promote("aaaa11", reason="")
    path.unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        registry.promote("aaaa11", reason="")
    assert registry.aliases()["champion"] == "shipped"
    assert len(registry.audit()) == 1


def test_names_and_beginnings(registry: Registry, tmp_path: Path) -> None:
    for version in ("abcd11", "abcd22"):
        registry.register(versioned(tmp_path / f"{version}.onnx", version))
    assert registry.find("abcd1") == "abcd11"
    with pytest.raises(ModelError, match="beginning of 2: abcd11, abcd22"):
        registry.find("abcd")
    with pytest.raises(ModelError, match="there are champion, challenger, shipped, abcd11, abcd22"):
        registry.find("ab")
    with pytest.raises(ModelError, match="is champion already"):
        registry.promote("shipped", reason="")


def test_a_whole_name_is_no_beginning(registry: Registry, tmp_path: Path) -> None:
    for version in ("aaaa", "aaaa11"):
        registry.register(versioned(tmp_path / f"{version}.onnx", version))
    assert registry.find("aaaa") == "aaaa"
    assert registry.promote("aaaa", reason="test") == "aaaa"


def test_a_folder_of_the_versions_name_is_no_network(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(Path(home) / MODELS)
    registry.register(versioned(tmp_path / "a.onnx", "aaaa11"))
    monkeypatch.chdir(registry.folder)
    network = check_model("aaaa11")
    assert network is not None
    assert network.facts.version == "aaaa11"


def test_a_damaged_file_leaves_a_way_to_mix(home: str, tmp_path: Path) -> None:
    registry = Registry(Path(home) / MODELS)
    registry.register(versioned(tmp_path / "a.onnx", "aaaa11"))
    registry.register(versioned(tmp_path / "b.onnx", "aaaa22"))
    (registry.folder / "registry.json").write_text("{")
    with pytest.raises(ModelError, match=r"registry\.json: cannot be read .* --model shipped mixes without it"):
        check_model("network")
    assert check_model("shipped") is load_network()
    network = check_model("aaaa11")
    assert network is not None
    assert network.facts.version == "aaaa11"
    with pytest.raises(ModelError, match="beginning of 2: aaaa11, aaaa22"):
        check_model("aaaa")


def test_registering_twice_is_once_and_another_file_is_refused(registry: Registry, tmp_path: Path) -> None:
    file = versioned(tmp_path / "a.onnx", "aaaa11")
    assert registry.register(file) == registry.register(file)
    assert [c.what for c in registry.audit()] == ["register"]
    with pytest.raises(ModelError, match="registered with another file"):
        registry.register(versioned(tmp_path / "b.onnx", "aaaa11", mid=0.5))


def test_who_is_champion_is_no_challenger(registry: Registry, tmp_path: Path) -> None:
    file = versioned(tmp_path / "a.onnx", "aaaa11")
    registry.register(file)
    registry.promote("aaaa11", reason="")
    registry.register(file)
    assert registry.aliases() == {"champion": "aaaa11"}


def test_going_back_to_what_is_gone_says_what_can_be_done(registry: Registry, tmp_path: Path) -> None:
    for version in ("aaaa11", "bbbb22"):
        registry.register(versioned(tmp_path / f"{version}.onnx", version))
        registry.promote(version, reason="")
    shutil.rmtree(registry.folder / "aaaa11")
    with pytest.raises(ModelError, match=r"'aaaa11': there is none.*models promote shipped --without-gate"):
        registry.rollback()
    assert registry.promote("shipped", reason="") == "shipped"
    assert registry.aliases() == {"champion": "shipped"}


def test_many_at_once_lose_nothing(registry: Registry, tmp_path: Path) -> None:
    files = [versioned(tmp_path / f"{n}.onnx", f"v{n:05}") for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(registry.register, files))
    assert len(registry.audit()) == 8
    assert len(registry.versions()) == 9


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "other"}', '{"format": "mixwright-models", "version": 1}'])
def test_a_damaged_file_is_said_to_be(registry: Registry, text: str) -> None:
    registry.folder.mkdir()
    (registry.folder / "registry.json").write_text(text)
    with pytest.raises(ModelError, match=r"registry\.json"):
        registry.aliases()


def test_the_next_mix_is_the_champions_and_going_back_gives_the_old_bits(home: str, tmp_path: Path) -> None:
    registry, music = Registry(Path(home) / MODELS), song(seconds=6)

    def mixed() -> tuple[str, str]:
        made = mixwright.mix(music, 44100, genre="rock")
        return made.preset.model, hashlib.sha256(np.ascontiguousarray(made.audio).tobytes()).hexdigest()

    before = mixed()
    version = registry.register(versioned(tmp_path / "a.onnx", "aaaa11", mid=0.6)).version
    assert mixed() == before  # a challenger is no champion
    assert mixwright.mix(music, 44100, genre="rock", model="challenger").preset.model == "network aaaa11"
    registry.promote(version, reason="test")
    after = mixed()
    assert after[0] == "network aaaa11"
    assert after[1] != before[1]
    assert mixwright.mix(music, 44100, genre="rock", model="shipped").preset.model == before[0]
    registry.rollback()
    assert mixed() == before
    facts = json.loads((registry.folder / version / "version.json").read_text())
    assert facts["parent"] == "shipped"
