"""The pictures of the pages in docs/images: python tools/screenshots.py. Needs Chromium and Playwright.

The studio and the listening room, with bundled songs.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.web.browser import served  # noqa: E402

IMAGES = ROOT / "docs" / "images"
DESKTOP, PHONE = {"width": 1180, "height": 860}, {"width": 390, "height": 800}
TEST = """
title = "Network, or as it was"
kind = "{kind}"
training = false
excerpt_s = 6.0
{systems}
[[song]]
name = "lucky"
file = "{song}"
"""
PAIR = '[[system]]\nname = "a"\nmix = {}\n[[system]]\nname = "b"\ninput = true\n'
SEVERAL = (
    '[[system]]\nname = "r"\ninput = true\nreference = true\n[[system]]\nname = "m"\n'
    'mix = { model = "rules", settings = { high_eq = 3.0 } }\n'
)


def main() -> None:
    """Take them all."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        _studio(browser, Path(place))
        _room(browser, Path(place))
        browser.close()
    for path in sorted(IMAGES.glob("*.png")):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


def _studio(browser: Any, place: Path) -> None:
    song = place / "Lucky 13.ogg"
    shutil.copy(ROOT / "bench" / "music" / "rock" / "Stephen-M.-Cameron__lucky13.ogg", song)
    with served("studio", "--no-browser", "--port", "0", "--work", place / "work") as server:
        page = browser.new_page(viewport={"width": 1180, "height": 1560})
        page.goto(server.address)
        page.locator("#genre").select_option("rock")
        page.locator("#one").set_input_files(song)
        page.locator(".desk").wait_for(timeout=60_000)
        page.get_by_text("Equally loud").wait_for()
        page.get_by_role("button", name="Play").click()
        page.wait_for_timeout(2500)
        page.get_by_label("Reverb", exact=True).fill("0.06")
        page.get_by_role("button", name="Pause").click()
        page.wait_for_timeout(600)
        page.screenshot(
            path=IMAGES / "studio.png", clip={"x": 0, "y": 0, "width": 1180, "height": 1500}, full_page=True
        )
        phone = browser.new_page(viewport=PHONE, color_scheme="dark")
        phone.goto(page.url)
        phone.get_by_text("Equally loud").wait_for()
        phone.screenshot(path=IMAGES / "studio-phone.png")


def _room(browser: Any, place: Path) -> None:
    song = ROOT / "bench" / "music" / "rock" / "Stephen-M.-Cameron__lucky13.ogg"
    for name, kind, systems in (("room", "preference", PAIR), ("room-mushra", "mushra", SEVERAL)):
        file = place / f"{name}.toml"
        file.write_text(TEST.format(kind=kind, systems=systems, song=song), encoding="utf-8")
        subprocess.run([sys.executable, "-m", "mixwright", "listen", "create", str(file), "--quiet"], check=True)
        with served("listen", "serve", place / f"{name}.listen", "--no-browser", "--port", "0") as server:
            how = {"viewport": PHONE, "color_scheme": "dark"} if kind == "preference" else {"viewport": DESKTOP}
            pages = [(browser.new_page(viewport=DESKTOP), name)]
            if kind == "preference":
                pages.append((browser.new_page(**how), "room-phone"))
            for page, picture in pages:
                page.goto(server.address)
                page.get_by_role("button", name="Take part").click()
                page.get_by_role("button", name="I agree and take part").click()
                page.get_by_label("Headphones or earphones").check()
                page.get_by_role("button", name="Start the sound").click()
                page.locator("body[data-trial]").wait_for()
                for door in page.locator(".door").all():
                    door.click()
                    page.wait_for_timeout(2300)
                if kind == "preference":
                    page.get_by_role("radio", name="I prefer B").click()
                else:
                    for k, slot in enumerate("ABCD"):
                        page.locator(f".door[data-slot={slot}]").click()
                        page.get_by_label(f"Rating of {slot}").fill(str((78, 100, 55, 22)[k]))
                page.screenshot(path=IMAGES / f"{picture}.png")


if __name__ == "__main__":
    main()
