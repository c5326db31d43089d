"""Whatever bytes a file has: valid blocks or an AudioReadError, never a crash, never an endless stream."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.audio.conftest import STORED, tone

from mixwright.audio import open_reader
from mixwright.audio.ffmpeg import recognise
from mixwright.errors import AudioReadError

# The densest legal coding here is FLAC: a constant frame says up to 65,535 samples in about ten bytes.
MOST_SAMPLES_A_BYTE = 65_536 // 8

STARTS = (
    b"", b"RIFF\0\0\0\0WAVE", b"RF64\xff\xff\xff\xffWAVEds64", b"fLaC\0\0\0\x22", b"OggS",
    b"\xff\xfb\x90\x00", b"ID3\x03\0\0\0\0\0\x10", b"FORM\0\0\0\0AIFF", b"caff", b".snd",
)  # fmt: skip

mutations = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), min_size=1, max_size=8)
patience = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@cache
def example(name: str) -> bytes:
    form, subtype = STORED[name]
    rate = 48_000 if subtype == "OPUS" else 44_100
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / name
        soundfile.write(path, tone(0.1).T, rate, format=form, subtype=subtype)
        return path.read_bytes()


def survive(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        with open_reader(path) as reader:
            samples = 0
            for block in reader.blocks(4096):
                assert block.dtype == np.float32
                assert block.shape[0] == reader.channels
                assert block.flags.c_contiguous
                samples += block.shape[1]
                assert samples <= MOST_SAMPLES_A_BYTE * (len(content) + 1000)
            assert samples > 0
            assert 8_000 <= reader.sample_rate <= 192_000
            assert reader.channels in (1, 2)
    except AudioReadError as error:
        message = str(error)
        assert message.startswith(f"{path}: ")
        assert "\n" not in message


@pytest.mark.parametrize("name", STORED)
@given(changes=mutations)
@patience
def test_mutated_headers(tmp_path: Path, name: str, changes: list[tuple[int, int]]) -> None:
    content = bytearray(example(name))
    for position, value in changes:
        content[position % len(content)] = value
    survive(tmp_path / name, bytes(content))


@pytest.mark.parametrize("name", STORED)
@given(cut=st.floats(0, 1), inserted=st.binary(max_size=40))
@patience
def test_torn_and_patched_files(tmp_path: Path, name: str, cut: float, inserted: bytes) -> None:
    content = example(name)
    at = int(cut * len(content))
    survive(tmp_path / name, content[:at] + inserted + content[at + len(inserted) + 1 :])


@pytest.mark.parametrize("start", STARTS)
@given(content=st.binary(max_size=3000))
@patience
def test_random_bytes(tmp_path: Path, start: bytes, content: bytes) -> None:
    if not recognise(start + content, ""):  # those would be given to a program that is not ours
        survive(tmp_path / "random", start + content)
