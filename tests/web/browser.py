"""Chromium for the pages, and servers of ours in processes of their own."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
# Without a sound card, sound plays all the same; a gesture is needed for it, as in everybody's browser.
ARGUMENTS = ["--no-sandbox"]


# Samples of a page as text, and back.
PLANE_TEXT = """(plane) => {
  const bytes = new Uint8Array(plane.buffer);
  let all = "";
  for (let k = 0; k < bytes.length; k += 32768) all += String.fromCharCode(...bytes.subarray(k, k + 32768));
  return btoa(all);
}"""


def plane(text: str) -> np.ndarray:
    """What PLANE_TEXT made of a Float32Array."""
    return np.frombuffer(base64.b64decode(text), np.float32)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def static_pages() -> Iterator[str]:
    """The address of a plain server that has the pages' own files below /static."""
    folder = str(resources.files("mixwright.web"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser; skips where there is none, but not in CI."""
    if CHROMIUM is None:
        assert not os.environ.get("CI"), "these tests need Chromium (apt-get install chromium)"
        pytest.skip("Chromium is not installed")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Server:
    """`mixwright WORDS…` until it is stopped or killed; its address is the first that it prints."""

    def __init__(self, *words: object, env: dict[str, str] | None = None) -> None:
        self._words = [sys.executable, "-m", "mixwright", *map(str, words)]
        self._env = {**os.environ, **(env or {})}
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self._env
        )
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            found = [word for word in line.split() if word.startswith("http://")]
            if found:
                self.address = found[0].rstrip("/")
                return
        raise AssertionError("".join(said))

    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def kill(self) -> None:
        """As the kernel does when memory runs out: no goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=20)
        return self.process.returncode


@contextmanager
def served(*words: object) -> Iterator[Server]:
    server = Server(*words)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()


class Console:
    """What a page complains of: errors, and what the content policy stopped."""

    def __init__(self, page: Any) -> None:
        self.said: list[str] = []
        page.on("console", lambda message: self._keep(message.type, message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def _keep(self, kind: str, text: str) -> None:
        if kind == "error" or "Content Security Policy" in text:
            self.said.append(text)


def until(page: Any, expression: str, seconds: float = 20.0) -> None:
    """Wait for what a script says; Playwright's own way evaluates text in the page, which our policy forbids."""
    for _ in range(round(seconds / 0.05)):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not in {seconds:g} s: {expression}")


def scrolls_sideways(page: Any) -> bool:
    """Whether anything of the page is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def picture(page: Any, name: str) -> None:
    """For whoever wants to look: written where MIXWRIGHT_PICTURES says."""
    where = os.environ.get("MIXWRIGHT_PICTURES")
    if where:
        page.screenshot(path=str(Path(where) / f"{name}.png"), full_page=True)
