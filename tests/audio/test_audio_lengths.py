"""Headers that are wrong about the length: music plays to its real end, or the file is called truncated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.audio.conftest import RATE, STORED, Store, tone

from mixwright.audio import open_reader, read_audio
from mixwright.errors import AudioReadError

PCM = [name for name, (form, _) in STORED.items() if form in ("WAV", "WAVEX", "AIFF", "RF64")]


def played(path: Path) -> int:
    return read_audio(path)[0].shape[1]


@pytest.mark.parametrize("riff", [0, 36, 0x7FFF_FFFF, 0xFFFF_FFFF])
@pytest.mark.parametrize("data", [0, 0x7FFF_F000, 0x7FFF_FFFF, 0xFFFF_FFFE, 0xFFFF_FFFF])
def test_wav_from_a_pipe_or_an_interrupted_recorder(store: Store, riff: int, data: int) -> None:
    path = store("16.wav")
    path.write_bytes(wav_with(path, riff, data))
    assert played(path) == RATE


@pytest.mark.parametrize("data", [400, 100_000, 200_000, 10**9])
def test_wav_whose_sample_chunk_is_wrong_but_whose_file_is_whole(store: Store, data: int) -> None:
    path = store("16.wav")
    path.write_bytes(wav_with(path, path.stat().st_size - 8, data))
    np.testing.assert_array_equal(read_audio(path)[0], read_audio(store("16.wav"))[0])


def test_wav_chunks_after_the_samples_are_not_played(store: Store) -> None:
    path = store("16.wav")
    whole = path.read_bytes()
    for trailer in (b"LIST\x04\0\0\0INFO", b"TAG" + b"x" * 125, bytes(1000)):
        path.write_bytes(whole + trailer)
        assert played(path) == RATE


@pytest.mark.parametrize("total", [0, 1, 1000, RATE - 1, RATE + 1, 10**9, 2**36 - 1])
@pytest.mark.parametrize("name", ["16.flac", "24.flac"])
def test_flac_with_a_wrong_total(store: Store, name: str, total: int) -> None:
    path = store(name)
    data = bytearray(path.read_bytes())
    packed = int.from_bytes(data[18:26], "big") >> 36 << 36
    data[18:26] = (packed | total).to_bytes(8, "big")
    path.write_bytes(data)
    with open_reader(path) as reader:
        assert sum(block.shape[1] for block in reader.blocks()) == RATE
        assert bool(reader.warnings) == (total != 0)
        assert reader.frames_hint in (RATE, None)


@pytest.mark.parametrize("added", [-30_000, 1, 10**6, 2**32, 2**40])
def test_ogg_with_a_wrong_total(store: Store, added: int) -> None:
    """2³² too many is what libsndfile reports for some real files; a total that is lower is a legal trim."""
    path = store("vorbis.ogg")
    data = bytearray(path.read_bytes())
    last = data.rindex(b"OggS")
    granule = int.from_bytes(data[last + 6 : last + 14], "little") + added
    data[last + 6 : last + 14] = granule.to_bytes(8, "little")
    data[last + 22 : last + 26] = bytes(4)
    data[last + 22 : last + 26] = ogg_checksum(data[last:]).to_bytes(4, "little")
    path.write_bytes(data)
    assert 0 <= played(path) - (RATE + min(added, 0)) <= 2048  # up to one Vorbis block more
    if added >= 2**32:
        assert open_reader(path).frames_hint is None


@pytest.mark.parametrize("name", ["vorbis.ogg", "opus.opus"])
def test_ogg_streams_that_follow_each_other(store: Store, name: str) -> None:
    path = store(name)
    one = read_audio(path)[0]
    path.write_bytes(path.read_bytes() * 3)
    np.testing.assert_array_equal(read_audio(path)[0], np.tile(one, 3))


def test_ogg_streams_of_different_rates_are_refused(store: Store) -> None:
    path = store("vorbis.ogg")
    first = path.read_bytes()
    path.write_bytes(first + store("vorbis.ogg", sample_rate=48_000).read_bytes())
    with pytest.raises(AudioReadError, match=r"damaged at 1\.0 s \(the sample rate"):
        read_audio(path)


@pytest.fixture
def variable_mp3(tmp_path: Path) -> Path:
    """Ten seconds, silent at first and then noisy, so that the bit rate of the beginning says nothing."""
    noise = np.random.default_rng(3).standard_normal((480_000, 2)) * 0.1
    noise[:240_000] *= 1e-4
    path = tmp_path / "variable.mp3"
    with soundfile.SoundFile(
        path, "w", 48_000, 2, "MPEG_LAYER_III", compression_level=0.3, bitrate_mode="VARIABLE"
    ) as file:
        file.write(noise)
    return path


def test_mp3_without_a_length(variable_mp3: Path) -> None:
    data = variable_mp3.read_bytes()
    variable_mp3.write_bytes(data.replace(b"Xing", bytes(4)))
    # libmpg123 guesses 20 s or 5 s from the first frame. Without the header the codec's own delay stays in.
    assert 480_000 <= played(variable_mp3) <= 480_000 + 5 * 1152


@pytest.mark.parametrize("stated", [1, 100, 10**6])
def test_mp3_with_a_wrong_length(variable_mp3: Path, stated: int) -> None:
    data = bytearray(variable_mp3.read_bytes())
    field = data.index(b"Xing") + 8
    data[field : field + 4] = stated.to_bytes(4, "big")
    variable_mp3.write_bytes(data)
    with open_reader(variable_mp3) as reader:
        samples = sum(block.shape[1] for block in reader.blocks())
        assert reader.warnings
        assert reader.frames_hint is not None
        assert abs(reader.frames_hint - samples) < 5 * 1152
    assert 480_000 <= samples <= 480_000 + 5 * 1152


def test_mp3_with_tags_around_the_sound(variable_mp3: Path) -> None:
    sound = variable_mp3.read_bytes()
    front = b"ID3\x03\0\0\0\0\x07\x76" + b"TIT2\0\0\0\x06\0\0\0Waltz" + bytes(1014 - 16)
    for front_tag, end_tag in (
        (front, b""),
        (b"", b"TAG" + b"Waltz".ljust(125, b"\0")),
        (front, b"TAG" + bytes(125)),
    ):
        variable_mp3.write_bytes(front_tag + sound + end_tag)
        assert played(variable_mp3) == 480_000


@pytest.mark.parametrize("name", [*PCM, "16.flac", "24.flac"])
@pytest.mark.parametrize("kept", [0.999, 0.5, 0.1, 0.03])
def test_a_truncated_lossless_file_is_refused(store: Store, name: str, kept: float) -> None:
    path = store(name)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(AudioReadError, match="is truncated"):
        read_audio(path)


@pytest.mark.parametrize("name", ["vorbis.ogg", "opus.opus", "layer3.mp3"])
@pytest.mark.parametrize("kept", [0.9, 0.6])
def test_a_truncated_stream_plays_what_is_there(store: Store, name: str, kept: float) -> None:
    path = store(name, tone(10))
    total = played(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    # OGG pages are up to a second long here, and a torn page is lost.
    assert (kept - 0.25) * total < played(path) < (kept + 0.1) * total


def test_flac_damaged_in_the_middle_is_not_called_truncated(store: Store) -> None:
    path = store("24.flac", tone(10))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) // 2)
    path.write_bytes(data)
    with pytest.raises(AudioReadError, match=r"damaged at \d\.\d s"):
        read_audio(path)


def test_decoders_print_nothing(variable_mp3: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """libmpg123 has remarks on a file that is shorter than its header says and has a hole."""
    data = bytearray(variable_mp3.read_bytes()[:60_000])
    data[20_000:20_500] = bytes(500)
    variable_mp3.write_bytes(data)
    with soundfile.SoundFile(variable_mp3) as file:
        file.read()
    assert "Illegal Audio-MPEG-Header" in capfd.readouterr().err
    read_audio(variable_mp3)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["16.wav", "16.flac", "layer3.mp3", "vorbis.ogg"])
@pytest.mark.parametrize("size", [1, 4, 12, 20, 40])
def test_a_torn_header_is_refused(store: Store, name: str, size: int) -> None:
    path = store(name)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(AudioReadError):
        read_audio(path)


def wav_with(path: Path, riff: int, data: int) -> bytes:
    content = bytearray(path.read_bytes())
    content[4:8] = riff.to_bytes(4, "little")
    field = content.index(b"data") + 4
    content[field : field + 4] = data.to_bytes(4, "little")
    return bytes(content)


def ogg_checksum(page: bytes | bytearray) -> int:
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C1_1DB7 if value & 0x8000_0000 else value << 1) & 0xFFFF_FFFF
    return value
