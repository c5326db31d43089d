"""`mixwright monitor` as it is called: words, files, exit codes, and whom it tells."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
from tests.feedback.made_events import GOOD, NOW, as_new, mixed, some_weeks, songs
from tests.feedback.mail_sink import MailSink

from mixwright.cli.app import run
from mixwright.feedback.diary import ME, agree, store_url
from mixwright.feedback.events import CONSENT_VERSION
from mixwright.feedback.reference import make_reference
from mixwright.store import EventRow, open_feedback


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    monkeypatch.setattr("sys.argv", ["mixwright", "monitor", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        run()
    return int(left.value.code or 0)


def keep(url: str, rows: list[EventRow]) -> None:
    """As if it were now."""
    store = open_feedback(url)
    try:
        store.agree(ME, CONSENT_VERSION)
        store.add(ME, [as_new(row, datetime.now(UTC) - NOW) for row in rows])
    finally:
        store.close()


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """Of the same music as the mixes'."""
    path = tmp_path / "reference.json"
    path.write_text(make_reference(songs(np.random.default_rng(77), 240), about="the same").to_json(), encoding="utf-8")
    return path


@contextmanager
def hook() -> Iterator[tuple[str, list[dict[str, object]]]]:
    got: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/s3cret", got
        finally:
            server.shutdown()
            thread.join()


def loud() -> EventRow:
    return mixed("loud", NOW - timedelta(hours=2), figures={**GOOD, "rms_ratio": 1.5})


def test_nothing_was_kept_yet(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "--html", tmp_path / "page.html") == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "No mix was kept in the last 28 days.",
        "Feedback is kept after `mixwright feedback on`, and only then.",
    ]
    assert said.err == ""
    assert list(Path(home).iterdir()) == []  # looking makes no database
    assert "No mix was kept" in (tmp_path / "page.html").read_text(encoding="utf-8")
    agree(Path(home))
    assert call(monkeypatch, "--days", "7") == 0
    assert "No mix was kept in the last 7 days." in capsys.readouterr().out


def test_good_weeks_in_words_and_files(
    home: str, tmp_path: Path, reference: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(store_url(Path(home)), some_weeks(60))
    page, metrics = tmp_path / "page.html", tmp_path / "mixwright.prom"
    assert call(monkeypatch, "--html", page, "--prometheus", metrics, "--reference", reference) == 0
    out = capsys.readouterr().out
    assert "60 mixes of 60 songs in 28 days." in out
    assert "No alert." in out
    assert "Against the same" in out
    assert page.read_text(encoding="utf-8").count("<svg") == 6
    assert "\nmixwright_mixes 60.0\n" in metrics.read_text(encoding="utf-8")
    assert call(monkeypatch, "--json", "--reference", reference) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["whole"]["mixes"], len(data["mixes"]), data["alerts"]) == (60, 60, [])
    assert call(monkeypatch, "--quiet", "--reference", reference) == 0
    assert capsys.readouterr().out == ""


def test_another_store_and_fewer_days(
    home: str, tmp_path: Path, reference: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'lab.sqlite'}"
    keep(url, some_weeks(54, seed=3))
    assert call(monkeypatch, "--store", url, "--days", "9", "--json", "--reference", reference) == 0
    data = json.loads(capsys.readouterr().out)
    assert 16 <= data["whole"]["mixes"] <= 18
    assert data["edits"]["n_then"] > 0  # the days before were looked at, too
    assert list(Path(home).iterdir()) == []


def test_the_shipped_reference_is_the_default(
    home: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(store_url(Path(home)), some_weeks(40))
    assert call(monkeypatch, "--json") in (0, 3)
    assert "that the shipped network learned from" in json.loads(capsys.readouterr().out)["drift"]["about"]


def test_an_alert_is_told_once_to_each(
    home: str, reference: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(store_url(Path(home)), [*some_weeks(30), loud()])
    with MailSink(login=("me", "s3cret")) as sink, hook() as (url, got):
        monkeypatch.setenv("MIXWRIGHT_SMTP_URL", f"smtp://me:s3cret@127.0.0.1:{sink.port}")
        monkeypatch.setenv("MIXWRIGHT_MAIL_FROM", "mixer@example.org")
        ways = ("--mail-to", "you@example.org", "--webhook", url, "--reference", reference)
        for _ in range(3):
            assert call(monkeypatch, *ways, "--quiet") == 3  # it stands, though nobody is told again
        assert (len(sink.mails), len(got)) == (1, 1)
        assert call(monkeypatch, *ways, "--mail-to", "she@example.org") == 3
        assert [mail.to for mail in sink.mails] == [["you@example.org"], ["she@example.org"]]
        assert sink.mails[0].sender == "mixer@example.org"
    assert "1 of 31 mixes outside, the worst 1.50" in str(got[0]["text"])
    said = capsys.readouterr()
    assert "ALERT rms_ratio: " in said.out
    assert "s3cret" not in said.out + said.err + (Path(home) / "alerts.json").read_text(encoding="utf-8")


def test_what_cannot_be_delivered_is_told_later(
    home: str, reference: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(store_url(Path(home)), [loud()])
    monkeypatch.setenv("MIXWRIGHT_SMTP_URL", "smtp://me:s3cret@127.0.0.1:9")
    with hook() as (url, got):
        ways = ("--mail-to", "you@example.org", "--webhook", url, "--reference", reference, "--quiet")
        assert call(monkeypatch, *ways) == 4
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("mixwright: mail: 127.0.0.1:9 cannot be used")
        assert len(got) == 1  # the other way was gone, and is not gone again
        with MailSink() as sink:
            monkeypatch.setenv("MIXWRIGHT_SMTP_URL", f"smtp://127.0.0.1:{sink.port}")
            assert call(monkeypatch, *ways) == 3
            assert len(sink.mails) == 1
        assert len(got) == 1
    monkeypatch.delenv("MIXWRIGHT_SMTP_URL")
    assert call(monkeypatch, "--mail-to", "else@example.org", "--reference", reference, "--quiet") == 4
    assert "MIXWRIGHT_SMTP_URL is not set" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--days", "0"), "days=0 must be in [1, 3650]"),
        (("--reference", "none.json"), "none.json: cannot be read"),
        (("--webhook", "http://example.org"), "webhook: must be https"),
        (("--mail-to", "me"), "must be a mail address"),
        (("--html", "page.txt"), "page.txt"),
        (("--store", "nonsense"), "nonsense"),
    ],
)
def test_a_wrong_call_is_one_line(
    arguments: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, *arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("mixwright: ")
    assert says in line
