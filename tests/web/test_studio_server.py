"""The studio by HTTP: from a file to a mix to an export; and everything that must not go wrong on the way."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
import soundfile
import uvicorn
from tests.songs import song

from mixwright.mix import mix_stems, render
from mixwright.parameters import PARAMETERS
from mixwright.parameters.preset_file import load_preset
from mixwright.web.guard import Admin
from mixwright.web.studio import WorkFolder, make_studio
from mixwright.web.studio.jobs import JobLimits
from mixwright.web.studio.uploads import kind_of, safe_stem

OURS = {"X-Mixwright": "1"}
RATE = 44_100


@contextmanager
def studio(folder: Path, **more: Any) -> Iterator[httpx2.Client]:
    """A server in a thread, asked over the network as a browser does."""
    work = WorkFolder(folder, more.pop("quota_bytes", 2_000_000_000), more.pop("keep_s", 86_400.0))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            make_studio(work, **more), log_level="warning", lifespan="on", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx2.Client(base_url=address, headers=OURS, timeout=60) as client:
            while not server.started:
                time.sleep(0.01)
            yield client
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with studio(tmp_path_factory.mktemp("studio")) as made:
        yield made


def wav(seconds: float = 4.0, seed: int = 0, channels: int = 2) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(
        buffer, 0.5 * song(seconds, RATE, seed=seed, channels=channels).T, RATE, format="WAV", subtype="FLOAT"
    )
    return buffer.getvalue()


def add(client: Any, *files: tuple[str, bytes], kind: str = "song", title: str = "A song") -> str:
    identity = client.post("/api/songs", json={"kind": kind, "title": title}).json()["id"]
    for name, content in files:
        answer = client.put(f"/api/songs/{identity}/files", params={"name": name}, content=content)
        assert answer.status_code == 200, answer.text
    return str(identity)


def events(client: Any, job: str) -> list[tuple[str, dict[str, Any]]]:
    """All of a job's events, to its end."""
    found, name = [], ""
    with client.stream("GET", f"/api/jobs/{job}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                found.append((name, json.loads(line[6:])))
    return found


def run(client: Any, path: str, **message: Any) -> tuple[str, dict[str, Any]]:
    answer = client.post(path, json=message)
    assert answer.status_code == 200, answer.text
    return events(client, answer.json()["job"])[-1]


def mixed(client: Any, identity: str, **message: Any) -> str:
    name, result = run(client, f"/api/songs/{identity}/mix", **message)
    assert name == "done", result
    return str(result["mix"])


def test_from_a_file_to_an_export(client: Any, tmp_path: Path) -> None:
    """What comes down is what `mixwright render` makes of the same preset, sample for sample."""
    identity = add(client, ("My Song.wav", wav()), title="My Song")
    job = client.post(f"/api/songs/{identity}/mix", json={"genre": "rock"}).json()["job"]
    told = events(client, job)
    stages = [data["stage"] for name, data in told if name == "progress"]
    assert "listening" in stages
    assert told[-1][0] == "done"
    mix = told[-1][1]["mix"]
    facts = client.get(f"/api/mixes/{mix}").json()
    assert facts["title"] == "My Song"
    assert [row["name"] for row in facts["parameters"]] == [p.name for p in PARAMETERS]
    assert all(row["reason"] for row in facts["parameters"])
    assert facts["duration_s"] == pytest.approx(4.0)
    assert len(facts["chain"]["parameters"]) == 10
    assert facts["ltas"]["target_db"] is not None
    assert len(facts["waveform"]["before"]["peaks"]) == 400
    assert facts["loudness"]["before_lufs"] < 0

    source, rate = soundfile.read(io.BytesIO(client.get(f"/api/mixes/{mix}/source").content), dtype="float32")
    np.testing.assert_array_equal(source, soundfile.read(io.BytesIO(wav()), dtype="float32")[0])
    assert rate == RATE

    values = {**{row["name"]: row["value"] for row in facts["parameters"]}, "high_eq": 2.0, "reverb": 0.1}
    name, result = run(client, f"/api/mixes/{mix}/export", parameters=values, format="flac", loudness=-16.0)
    assert name == "done"
    file = result["file"]
    audio = client.get(f"/api/exports/{file}/audio")
    assert 'filename="My Song.mix.flac"' in audio.headers["content-disposition"]
    preset_path = tmp_path / "p.json"
    preset_path.write_bytes(client.get(f"/api/exports/{file}/preset").content)
    preset = load_preset(preset_path)
    assert preset.parameters["high_eq"] == 2.0
    assert preset.delivery.loudness_lufs == -16.0
    (tmp_path / "s.wav").write_bytes(wav())
    again = render(tmp_path / "s.wav", preset, output=tmp_path / "again.flac")
    assert again.output is not None
    heard, wanted = (soundfile.read(x, dtype="float32")[0] for x in (io.BytesIO(audio.content), again.output))
    np.testing.assert_array_equal(heard, wanted)
    report = client.get(f"/api/exports/{file}/report")
    assert "attachment" in report.headers["content-disposition"]
    assert report.text.startswith("<!doctype html>") or report.text.startswith("<!DOCTYPE html>")
    assert {"id": mix, "title": "My Song", "duration_s": facts["duration_s"]} in client.get("/api/mixes").json()


def test_stems_become_a_console(client: Any, tmp_path: Path) -> None:
    stems = {"Lead Vocal": wav(3.0, 1, 1), "drums": wav(3.0, 2), "bass": wav(3.0, 3, 1)}
    identity = add(client, *((f"{name}.wav", content) for name, content in stems.items()), kind="stems", title="Band")
    facts = client.get(f"/api/mixes/{mixed(client, identity)}").json()
    assert sorted(stem["name"] for stem in facts["stems"]) == ["Lead Vocal", "bass", "drums"]
    assert facts["title"] == "Band"
    # what the page plays as "before" is the console's sum, to the bit
    for name, content in stems.items():
        (tmp_path / f"{name}.wav").write_bytes(content)
    made = mix_stems(tmp_path)
    source, _ = soundfile.read(io.BytesIO(client.get(f"/api/mixes/{facts['id']}/source").content), dtype="float32")
    assert len(source) == made.before.samples
    level = 20 * np.log10(np.sqrt(np.mean(source.astype(np.float64) ** 2)))
    assert level == pytest.approx(made.before.rms_dbfs, abs=0.01)
    assert client.get(f"/api/mixes/{facts['id']}/console").json()["strips"]


def test_the_sound_can_be_asked_for_in_parts(client: Any) -> None:
    mix = mixed(client, add(client, ("s.wav", wav(2.0))))
    whole = client.get(f"/api/mixes/{mix}/source")
    part = client.get(f"/api/mixes/{mix}/source", headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.content == whole.content[100:200]
    assert client.get(f"/api/mixes/{mix}/source", headers={"Range": "bytes=999999999-"}).status_code == 416


def test_a_given_preset_is_taken(client: Any) -> None:
    identity = add(client, ("s.wav", wav(2.0)))
    first = client.get(f"/api/mixes/{mixed(client, identity)}").json()
    preset = {**first["preset"], "parameters": {**first["preset"]["parameters"], "low_eq": 1.5}}
    facts = client.get(f"/api/mixes/{mixed(client, identity, preset=preset)}").json()
    assert facts["preset"]["parameters"]["low_eq"] == 1.5


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"genre": "polka"}, "polka"),
        ({"amount": 2}, "amount"),
        ({"settings": {"low_eq": 9}}, "low_eq"),
        ({"settings": {"none": 1}}, "none"),
        ({"preset": {"format": "other"}}, "format"),
        ({"loudness": "very"}, "loudness"),
        ({"output": "/etc/passwd"}, "output"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(message: dict[str, Any], told: str, client: Any) -> None:
    identity = add(client, ("s.wav", wav(1.0)))
    answer = client.post(f"/api/songs/{identity}/mix", json=message)
    if answer.status_code == 200:  # found out by the job
        name, result = events(client, answer.json()["job"])[-1]
        assert name == "failed"
        assert told in result["error"]
    else:
        assert answer.status_code in (400, 422)
        assert told in answer.json()["error"]


def test_exports_are_checked_too(client: Any) -> None:
    mix = mixed(client, add(client, ("s.wav", wav(2.0))))
    for message in (
        {"parameters": {"low_eq": 99}},
        {"parameters": {}, "format": "exe"},
        {"parameters": {}, "format": "flac", "bit_depth": 32},
        {"parameters": {"low_eq": "NaN"}},
        {"parameters": {}, "true_peak_dbtp": 3},
    ):
        assert client.post(f"/api/mixes/{mix}/export", json=message).status_code in (400, 422)
    for ending in ("wav", "mp3", "ogg"):
        name, result = run(client, f"/api/mixes/{mix}/export", parameters={}, format=ending)
        assert name == "done"
        audio = client.get(f"/api/exports/{result['file']}/audio")
        assert kind_of(audio.content[:16]) == f".{ending}"


BAD_FILES = {
    "text": b"this is not a sound, whatever it is called\n" * 100,
    "empty": b"",
    "html": b"<!doctype html><script>alert(1)</script>",
    "zip": b"PK\x03\x04" + bytes(1000),
    "one byte": b"R",
}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=list(BAD_FILES))
def test_what_is_no_sound_is_not_kept(content: bytes, client: Any) -> None:
    identity = add(client)
    answer = client.put(f"/api/songs/{identity}/files", params={"name": "song.wav"}, content=content)
    assert answer.status_code == 415
    assert "no sound file" in answer.json()["error"]
    assert client.post(f"/api/songs/{identity}/mix", json={}).status_code == 409


def header_of_hours() -> bytes:
    """A FLAC that promises 2^36 - 1 samples, and has none."""
    info = bytes.fromhex("1000 1000 000000 000000 0ac442f fffffffff".replace(" ", "")) + bytes(16)
    return b"fLaC\x80\x00\x00\x22" + info[:34].ljust(34, b"\0")


@pytest.mark.parametrize("content", [wav(2.0)[:400], b"RIFF\xff\xff\xff\xffWAVE" + b"junk" * 50, header_of_hours()])
def test_a_damaged_sound_fails_its_job_with_a_sentence(content: bytes, client: Any) -> None:
    identity = add(client, ("s.wav", content))
    name, result = run(client, f"/api/songs/{identity}/mix")
    assert name == "failed"
    assert result["error"].startswith("s.")  # the file's name, and no path
    assert "/" not in result["error"].replace("and/or", "")


def test_silence_fails_with_a_sentence(client: Any) -> None:
    buffer = io.BytesIO()
    soundfile.write(buffer, np.zeros((RATE, 2)), RATE, format="WAV")
    name, result = run(client, f"/api/songs/{add(client, ('s.wav', buffer.getvalue()))}/mix")
    assert (name, "silent" in result["error"]) == ("failed", True)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.wav", "passwd"),
        ("C:\\Users\\x\\Lead Vox.WAV", "Lead Vox"),
        ("/absolute.flac", "absolute"),
        ("nul.wav", "nul_"),
        ("..", "sound"),
        ("", "sound"),
        ("a\0b.wav", "a_b"),
        ("Größe 音.wav", "Gr_e"),
        ("x" * 500 + ".wav", "x" * 60),
        (".hidden.wav", "hidden"),
        ("-rf.wav", "rf"),
        ("a'b\"c;d&e|f.wav", "a_b_c_d_e_f"),
    ],
)
def test_no_name_becomes_a_path(name: str, kept: str) -> None:
    assert safe_stem(name, set()) == kept
    assert safe_stem(name, {kept.casefold()}) == f"{kept} 2"


def test_names_of_stems_stay_apart(client: Any) -> None:
    identity = client.post("/api/songs", json={"kind": "stems"}).json()["id"]
    names = [
        client.put(f"/api/songs/{identity}/files", params={"name": name}, content=wav(0.6)).json()["name"]
        for name in ("a.wav", "A.wav", "../a.wav")
    ]
    assert names == ["a", "A 2", "a 3"]


def test_not_more_files_than_allowed(client: Any, tmp_path: Path) -> None:
    identity = add(client, ("s.wav", wav(0.6)))
    assert client.put(f"/api/songs/{identity}/files", params={"name": "b"}, content=wav(0.6)).status_code == 409
    stems = client.post("/api/songs", json={"kind": "stems"}).json()["id"]
    short = wav(0.1)
    found = [
        client.put(f"/api/songs/{stems}/files", params={"name": f"{n}.wav"}, content=short).status_code
        for n in range(65)
    ]
    assert found == [200] * 64 + [409]


@pytest.mark.parametrize("identity", ["x", "..", "%2e%2e", "a" * 22, "../../songs", "A" * 5000])
def test_unknown_names_are_not_found(identity: str, client: Any) -> None:
    for path in (f"/api/mixes/{identity}", f"/api/mixes/{identity}/source", f"/api/jobs/{identity}/events"):
        assert client.get(path).status_code == 404
    assert client.post(f"/api/songs/{identity}/mix", json={}).status_code in (404, 405)
    assert client.get(f"/api/songs/{'a' * 22}/source").status_code in (404, 405)


def test_a_large_file_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with studio(tmp_path, upload_bytes=100_000) as client:
        identity = add(client)
        path = f"/api/songs/{identity}/files"
        assert client.put(path, params={"name": "s"}, content=wav(2.0)).status_code == 413
        chunks = (wav(2.0)[k : k + 9000] for k in range(0, 700_000, 9000))
        assert client.put(path, params={"name": "s"}, content=chunks).status_code == 413
        assert list((tmp_path / "songs" / identity / "files").iterdir()) == []
        assert client.put(path, params={"name": "s"}, content=wav(0.2)).status_code == 200


def test_a_client_who_goes_away_leaves_nothing(tmp_path: Path) -> None:
    with studio(tmp_path) as client:
        identity = add(client)
        address = client.base_url
        with socket.create_connection((address.host, address.port)) as half:
            head = f"PUT /api/songs/{identity}/files?name=s HTTP/1.1\r\nHost: localhost\r\nX-Mixwright: 1\r\n"
            half.sendall(head.encode() + b"Content-Length: 900000\r\n\r\n" + wav(1.0)[:100_000])
            files = tmp_path / "songs" / identity / "files"
            for _ in range(200):
                if any(files.iterdir()):
                    break
                time.sleep(0.02)
            assert any(files.iterdir())
        for _ in range(200):
            if not any(files.iterdir()):
                break
            time.sleep(0.02)
        assert list(files.iterdir()) == []


def test_a_full_folder_says_so(tmp_path: Path) -> None:
    with studio(tmp_path, quota_bytes=500_000) as client:
        identity = client.post("/api/songs", json={"kind": "stems"}).json()["id"]
        path = f"/api/songs/{identity}/files"
        assert client.put(path, params={"name": "a"}, content=wav(1.0)).status_code == 200
        answer = client.put(path, params={"name": "b"}, content=wav(1.0))
        assert answer.status_code == 507
        assert "full" in answer.json()["error"]
        chunks = iter([wav(1.0)])
        assert client.put(path, params={"name": "c"}, content=chunks).status_code == 507
        assert len(list((tmp_path / "songs" / identity / "files").iterdir())) == 1


def test_a_killed_process_fails_its_job_only(tmp_path: Path) -> None:
    with studio(tmp_path, at_once=2) as client:
        long, short = add(client, ("long.wav", wav(60.0))), add(client, ("short.wav", wav(2.0)))
        doomed = client.post(f"/api/songs/{long}/mix", json={}).json()["job"]
        for _ in range(500):
            children = _workers()
            if children:
                break
            time.sleep(0.02)
        os.kill(children[0], signal.SIGKILL)
        name, result = events(client, doomed)[-1]
        assert name == "failed"
        assert "stopped from outside" in result["error"]
        mixed(client, short)
        assert len(list((tmp_path / "mixes").iterdir())) == 1  # nothing is left of the failed one


def _workers() -> list[int]:
    """Processes of ours that mix."""
    done = subprocess.run(
        ["pgrep", "-P", str(os.getpid()), "-f", "mixwright.web.studio.work"], capture_output=True, text=True
    )
    return [int(pid) for pid in done.stdout.split()]


def test_a_job_may_be_cancelled(tmp_path: Path) -> None:
    with studio(tmp_path, at_once=1) as client:
        identity = add(client, ("long.wav", wav(60.0)))
        running, waiting = (client.post(f"/api/songs/{identity}/mix", json={}).json()["job"] for _ in range(2))
        assert client.delete(f"/api/jobs/{waiting}").status_code == 200
        assert client.delete(f"/api/jobs/{running}").status_code == 200
        for job in (running, waiting):
            assert events(client, job) == [("failed", {"error": "cancelled"})]
        for _ in range(100):
            if not list((tmp_path / "mixes").iterdir()):
                break
            time.sleep(0.02)
        assert list((tmp_path / "mixes").iterdir()) == []


def test_memory_and_time_are_limited(tmp_path: Path) -> None:
    with studio(tmp_path / "a", job_limits=JobLimits(memory_bytes=150 * 1024**2)) as client:
        name, result = run(client, f"/api/songs/{add(client, ('s.wav', wav(2.0)))}/mix")
        assert name == "failed"
        assert "memory" in result["error"] or "mistake" in result["error"] or "stopped" in result["error"]
    with studio(tmp_path / "b", job_limits=JobLimits(wall_s=0.3)) as client:
        name, result = run(client, f"/api/songs/{add(client, ('s.wav', wav(2.0)))}/mix")
        assert (name, result["error"]) == ("failed", "the job took longer than 0.3 s")
        assert not _workers()


def test_what_was_made_is_there_after_a_restart(tmp_path: Path) -> None:
    with studio(tmp_path) as client:
        mix = mixed(client, add(client, ("s.wav", wav(2.0))))
        before = client.get(f"/api/mixes/{mix}").json()
        half = tmp_path / "mixes" / ("h" * 22)
        half.mkdir()
        (half / "mix.wav").touch()
    with studio(tmp_path) as client:
        assert client.get(f"/api/mixes/{mix}").json() == before
        assert [row["id"] for row in client.get("/api/mixes").json()] == [mix]
        assert client.get(f"/api/mixes/{half.name}").status_code == 404
        assert client.delete(f"/api/mixes/{mix}").status_code == 200
        assert client.get(f"/api/mixes/{mix}").status_code == 404


def test_what_is_old_goes_and_what_a_crash_left(tmp_path: Path) -> None:
    work = WorkFolder(tmp_path, 10**9, keep_s=3600)
    old, path = work.new("mixes")
    work.complete(path, {"title": "old"})
    young, other = work.new("mixes")
    work.complete(other, {"title": "young"})
    _, crashed = work.new("mixes")
    past = time.time() - 7200
    os.utime(path / "facts.json", (past, past))
    assert work.clean() == 1
    assert [name for name, _ in work.everything("mixes")] == [young]
    assert crashed.is_dir()  # may be in the making
    assert work.clean(time.time() + 3700) == 2
    assert old != young


def test_others_are_let_in_by_the_token_only(tmp_path: Path) -> None:
    with studio(tmp_path, admin=Admin("t0ken"), hosts=("*",)) as client:
        for path in ("/", "/api/table", "/api/mixes"):
            assert client.get(path).status_code == 401
        assert client.get("/login").status_code == 200
        assert client.get("/static/theme.css").status_code == 200
        assert client.post("/api/songs", json={}).status_code == 401
        assert client.post("/api/login", json={"token": "no"}).status_code == 401
        assert client.post("/api/login", json={"token": "t0ken"}).status_code == 200
        assert client.get("/api/table").json()["limits"]["stems"] == 64


def test_the_interface_is_described(client: Any) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/api/songs/{identity}/files", "/api/jobs/{identity}/events", "/api/mixes/{identity}/export"} <= set(paths)
    assert client.get("/docs").status_code == 404


def test_the_command_says_where_it_is(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "mixwright", "studio", "--no-browser", "--port", "0", "--work", str(tmp_path)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        assert httpx2.get(address + "api/table").json()["genres"][0] == "rock"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    refused = subprocess.run([*call, "--host", "0.0.0.0"], capture_output=True, text=True)
    assert refused.returncode == 1
    assert "--public" in refused.stderr
