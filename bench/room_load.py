"""Two hundred listeners at once in the listening room, also with a server that is killed: python -m bench.room_load.

A real server in a process of its own; simulated listeners by asyncio in another, who fetch their state and their
sounds, pause as people do, and answer. The latency of answers is measured at the listener, over this machine's network.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import soundfile

from mixwright.listening.definition import parse_test
from mixwright.listening.manifest import load_manifest
from mixwright.listening.stimuli import create_test
from mixwright.store import open_store

OURS = {"X-Mixwright": "1"}
SYSTEMS, SONGS, SECONDS, RATE = ("one", "two"), 6, 4.0, 48_000


@dataclass
class Seen:
    """What the listeners saw: latencies of answers in s, how often they had to try again, what the server confirmed."""

    latencies: list[float] = field(default_factory=list)
    retries: int = 0
    confirmed: int = 0


def make_folder(folder: Path) -> Path:
    """A preference test of six short noises."""
    rng = np.random.default_rng(0)
    for system in SYSTEMS:
        (folder / system).mkdir()
    for k in range(SONGS):
        audio = 0.1 * rng.standard_normal((2, round(SECONDS * RATE))).astype(np.float32)
        for gain, system in zip((1.0, 0.9), SYSTEMS, strict=True):
            soundfile.write(folder / system / f"song {k}.wav", gain * audio.T, RATE, subtype="FLOAT")
    content = {
        "title": "Load",
        "kind": "preference",
        "training": False,
        "least_seconds": 0.0,
        "excerpt_s": SECONDS,
        "system": [{"name": name, "files": name + "/{song}.wav"} for name in SYSTEMS],
        "song": [{"name": f"song {k}"} for k in range(SONGS)],
    }
    create_test(parse_test(content, "load"), folder, folder / "made", lambda path, how: (np.zeros((1, 0)), 1))
    return folder / "made"


def start_server(folder: Path, port: int, store: str | None) -> subprocess.Popen[str]:
    words = ["listen", "serve", folder, "--port", port, "--no-browser", *(["--store", store] if store else [])]
    process = subprocess.Popen([sys.executable, "-m", "mixwright", *map(str, words)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    return process


async def listen(client: httpx2.AsyncClient, number: int, pause_s: float, seen: Seen) -> None:
    """One listener's visit. What fails is tried again, as the page does."""
    rng = np.random.default_rng(number)
    await asyncio.sleep(rng.uniform(0, pause_s))
    link = (await ask(client, seen, "POST", "/api/enrol"))["link"]
    state = await ask(client, seen, "GET", f"{link}/api/state")
    version = state["consent"]["version"]
    state = await ask(client, seen, "POST", f"{link}/api/consent", {"version": version, "agreed": True})
    while state["step"] != "done":
        trial = state["trial"]
        for item in trial["items"]:
            await fetch(client, seen, item["url"])
        await asyncio.sleep(rng.exponential(pause_s))
        heard = {item["slot"]: 4.0 for item in trial["items"]}
        message = {
            "trial": trial["number"],
            "attempt": f"{number}-{trial['number']}",
            "answer": {"preferred": "A"},
            "facts": {"seconds_heard": heard, "response_ms": 4000},
            "events": [{"t": 0.1 * k, "what": "switch", "slot": "AB"[k % 2]} for k in range(20)],
        }
        begun = time.perf_counter()
        state = await ask(client, seen, "POST", f"{link}/api/answers", message)
        seen.latencies.append(time.perf_counter() - begun)
        seen.confirmed += 1


async def ask(client: httpx2.AsyncClient, seen: Seen, method: str, path: str, content: Any = None) -> Any:
    while True:
        try:
            response = await client.request(method, path, json=content, headers=OURS)
        except httpx2.TransportError:
            seen.retries += 1
            await asyncio.sleep(0.3)
            continue
        if response.status_code in (429, 500, 502, 503):
            seen.retries += 1
            await asyncio.sleep(0.3)
            continue
        response.raise_for_status()
        return response.json()


async def fetch(client: httpx2.AsyncClient, seen: Seen, path: str) -> None:
    while True:
        try:
            response = await client.get(path)
            response.raise_for_status()
            return
        except httpx2.TransportError:
            seen.retries += 1
            await asyncio.sleep(0.3)


async def visit(address: str, listeners: int, pause_s: float, kill: Any) -> Seen:
    seen = Seen()
    limits = httpx2.Limits(max_connections=listeners, max_keepalive_connections=listeners)
    async with httpx2.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        visits = [listen(client, number, pause_s, seen) for number in range(listeners)]
        killer = asyncio.create_task(kill(seen)) if kill else None
        await asyncio.gather(*visits)
        if killer:
            await killer
    return seen


def serve_listeners(listeners: int, pause_s: float, kills: int, store: str | None = None) -> tuple[Seen, int, float]:
    """What they saw, how many answers are in the store at the end, and how long it took in s."""
    with tempfile.TemporaryDirectory() as place:
        folder = make_folder(Path(place))
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        server = [start_server(folder, port, store)]

        async def kill(seen: Seen) -> None:
            """SIGKILL when so much is answered, and a new server at once."""
            for part in range(1, kills + 1):
                while seen.confirmed < part * listeners * SONGS / (kills + 1):
                    await asyncio.sleep(0.02)
                server[0].send_signal(signal.SIGKILL)
                await asyncio.to_thread(server[0].communicate)
                server[0] = await asyncio.to_thread(start_server, folder, port, store)

        begun = time.perf_counter()
        seen = asyncio.run(visit(f"http://127.0.0.1:{port}", listeners, pause_s, kill if kills else None))
        wall_s = time.perf_counter() - begun
        server[0].send_signal(signal.SIGINT)
        server[0].communicate()
        manifest = load_manifest(folder, sounds=False)
        opened = open_store(store or f"sqlite:///{folder / 'answers.sqlite'}")
        counts = opened.counts(manifest.version)
        opened.close()
    return seen, counts["answers"], wall_s


def report(seen: Seen, stored: int, wall_s: float, listeners: int, kills: int) -> None:
    quantiles = 1000 * np.quantile(seen.latencies, [0.5, 0.95, 0.99, 1.0])
    print(f"{listeners} simulated listeners, {len(seen.latencies)} answers in {wall_s:.0f} s, {os.cpu_count()} cores")
    print(f"server killed {kills} times, {seen.retries} requests sent again")
    print("answer, ms: median {:.0f}, p95 {:.0f}, p99 {:.0f}, most {:.0f}".format(*quantiles))
    print(f"confirmed {seen.confirmed}, stored {stored}, lost {seen.confirmed - stored}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listeners", type=int, default=200)
    parser.add_argument("--pause", type=float, default=8.0, help="mean time between a trial and its answer, s")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--store", help="postgresql://…; default SQLite")
    asked = parser.parse_args()
    report(*serve_listeners(asked.listeners, asked.pause, asked.kills, asked.store), asked.listeners, asked.kills)


if __name__ == "__main__":
    main()
