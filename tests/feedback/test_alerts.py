"""Alerts: each rule at its bound; what was told is not told again; mail and webhook against real local servers."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.feedback.made_events import GOOD, NOW, edited, mixed, rated, some_weeks, songs
from tests.feedback.mail_sink import MailSink

from mixwright.errors import DeliveryError, ParameterError, StoreError
from mixwright.feedback.alert_state import AGAIN, load_state
from mixwright.feedback.alerts import RULES, Alert, alerts_of
from mixwright.feedback.delivery import (
    channel_of,
    check_address,
    check_webhook,
    mail_server,
    post,
    send_mail,
)
from mixwright.feedback.monitoring import monitor
from mixwright.feedback.reference import make_reference
from mixwright.store import EventRow

DAY = timedelta(days=1)
ALERTS = [Alert("drift", "The music is anöther.", "genre"), Alert("ratings", "Ratings are lower.", "falling")]


def told(rows: list[EventRow], **more: Any) -> list[str]:
    return [alert.rule for alert in alerts_of(monitor(sorted(rows, key=lambda row: row.made), NOW, **more))]


def with_figures(count: int, **figures: float) -> list[EventRow]:
    return [mixed(f"{k}", NOW - DAY, figures={**GOOD, **figures}) for k in range(count)]


def test_good_weeks_are_quiet() -> None:
    assert told(some_weeks(80), reference=make_reference(songs(np.random.default_rng(77), 240))) == []
    assert told([]) == []


@pytest.mark.parametrize(
    ("rule", "fine", "bad"),
    [
        ("rms_ratio", {"rms_ratio": 1.2}, {"rms_ratio": 1.21}),
        ("rms_ratio", {"rms_ratio": 0.8}, {"rms_ratio": 0.79}),
        ("true_peak_over", {"true_peak_over": 0.04}, {"true_peak_over": 0.2}),
    ],
)
def test_one_mix_outside_is_told(rule: str, fine: dict[str, float], bad: dict[str, float]) -> None:
    assert told(with_figures(1, **fine)) == []
    (alert,) = alerts_of(monitor([*with_figures(4), *with_figures(1, **bad)], NOW))
    assert alert.rule == rule
    assert "1 of 5 mixes" in alert.sentence


@pytest.mark.parametrize("name", ["loudness_error", "loudness_off_target"])
def test_loudness_further_off_than_three(name: str) -> None:
    def mixes(by: float) -> list[EventRow]:
        return [mixed("0", NOW - DAY, figures={name: by})]

    assert told(mixes(-3.0)) == []
    (alert,) = alerts_of(monitor(mixes(-3.2), NOW))
    assert alert.rule == "loudness_error"
    assert "−3.2 LU" in alert.sentence


def test_more_than_five_percent_at_bounds_over_ten_mixes() -> None:
    def mixes(count: int, at: int) -> list[EventRow]:
        return [mixed(f"{k}", NOW - DAY, at_bounds=["width"] if k < at else []) for k in range(count)]

    assert told(mixes(9, 9)) == []  # 10 %, of too few
    assert told(mixes(20, 9)) == []  # 4.5 %
    assert told(mixes(20, 11)) == ["at_bounds"]  # 5.5 %


def test_a_criterion_surely_missed_by_more_than_one_in_ten() -> None:
    good, bad = GOOD, {**GOOD, "crest_factor_lost": 1.9}

    def mixes(count: int, missed: int) -> list[EventRow]:
        return [mixed(f"{k}", NOW - DAY, figures=bad if k < missed else good) for k in range(count)]

    assert told(mixes(9, 9)) == []
    assert told(mixes(20, 3)) == []  # 15 %, which can be chance
    (alert,) = alerts_of(monitor(mixes(20, 8), NOW))
    assert alert.rule == "criteria_missed"
    assert alert.state == "crest_factor_lost"
    assert "(at most 1.5 dB): 8 of 20 mixes outside" in alert.sentence


def test_edits_that_rise_and_ratings_that_fall() -> None:
    def edits(then: float, now: float) -> list[EventRow]:
        return [
            edited(f"{when} {k}", NOW - (40 if when == "then" else 3) * DAY, by + 0.002 * k)
            for when, by in (("then", then), ("now", now))
            for k in range(12)
        ]

    def ratings(then: float, now: float) -> list[EventRow]:
        return [
            rated(f"{when} {k}", NOW - (40 if when == "then" else 3) * DAY, by + k % 3)
            for when, by in (("then", then), ("now", now))
            for k in range(12)
        ]

    assert told(edits(0.05, 0.2)) == ["edit_distance"]
    assert told(edits(0.2, 0.05)) == []
    assert told(edits(0.1, 0.1)) == []
    assert told(ratings(7, 4)) == ["ratings"]
    assert told(ratings(4, 7)) == []


def test_drift_is_told_by_what_has_drifted() -> None:
    reference = make_reference(songs(np.random.default_rng(77), 240), about="what was learned from")
    rows = [
        mixed(f"{k}", NOW - DAY, music=music)
        for k, music in enumerate(songs(np.random.default_rng(1), 60, genres=(1, 1, 1, 1, 1, 12)))
    ]
    (alert,) = alerts_of(monitor(rows, NOW, reference=reference))
    assert (alert.rule, alert.state) == ("drift", "genre")
    assert "what was learned from" in alert.sentence
    assert "n 60" in alert.sentence


def test_the_rules_are_a_table() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES) == 8
    documented = Path(__file__).parents[2].joinpath("docs", "monitoring.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert f"| `{rule.name}` | {rule.when} |" in documented


def test_nothing_is_told_twice_within_a_day_unless_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "home" / "alerts.json"
    state = load_state(path)
    assert state.due("mail:a", ALERTS, NOW) == ALERTS
    state.told("mail:a", ALERTS, NOW)
    state.save(path)

    def due(channel: str, alerts: list[Alert], after: timedelta) -> list[Alert]:
        return load_state(path).due(channel, alerts, NOW + after)

    assert due("mail:a", ALERTS, timedelta(hours=23)) == []
    assert due("mail:b", ALERTS, timedelta(hours=1)) == ALERTS  # another address
    assert due("mail:a", ALERTS, AGAIN) == ALERTS
    more = Alert("drift", "More of it.", "genre, stereo_width")
    assert due("mail:a", [more, ALERTS[1]], timedelta(hours=1)) == [more]
    other_words = Alert("ratings", "Ratings are lower: 5.31.", "falling")
    assert due("mail:a", [other_words], timedelta(hours=1)) == []
    assert due("mail:a", ALERTS, timedelta(hours=-1)) == ALERTS  # the clock was set back


def test_what_was_over_is_told_when_it_comes_again(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    state = load_state(path)
    state.told("mail:a", ALERTS, NOW)
    state.over(ALERTS[:1])
    state.save(path)
    assert load_state(path).due("mail:a", ALERTS, NOW) == ALERTS[1:]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 1}', '{"format": "mixwright-alerts", "version": 1, "told": {"a": {"b": {}}}}']
)
def test_a_damaged_state_is_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "alerts.json"
    path.write_text(text, encoding="utf-8")
    assert load_state(path).due("mail:a", ALERTS, NOW) == ALERTS


def test_a_state_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="what was told cannot be kept"):
        load_state(tmp_path / "none.json").save(tmp_path / "file" / "alerts.json")


def test_a_mail_arrives() -> None:
    with MailSink() as sink:
        send_mail(mail_server(f"smtp://127.0.0.1:{sink.port}"), "a@example.org", "m@example.org", ALERTS, "70 mixes.")
    (mail,) = sink.mails
    assert (mail.sender, mail.to, mail.login) == ("m@example.org", ["a@example.org"], None)
    message = message_from_bytes(mail.data, policy=policy.default)
    assert message["Subject"] == "Mixwright: 2 alerts"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n").split("\n\n") == [
        "The music is anöther.",
        "Ratings are lower.",
        "70 mixes.\n",
    ]


def test_a_login_on_this_machine() -> None:
    with MailSink(login=("us er", "p@ss:word")) as sink:
        send_mail(
            mail_server(f"smtp://us%20er:p%40ss%3Aword@127.0.0.1:{sink.port}"), "a@b.org", "m@b.org", ALERTS[:1], ""
        )
        assert sink.mails[0].login == ("us er", "p@ss:word")
        with pytest.raises(DeliveryError, match=r"127\.0\.0\.1:\d+ answered 535") as error:
            send_mail(mail_server(f"smtp://me:s3cret@127.0.0.1:{sink.port}"), "a@b.org", "m@b.org", ALERTS, "")
    assert "s3cret" not in str(error.value)
    assert len(sink.mails) == 1


def test_no_password_goes_out_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    """To a server by another name than this machine's, which offers no TLS."""
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: real("127.0.0.1" if host == "mail.test" else host, *rest, **more),
    )
    with MailSink(login=("me", "s3cret")) as sink:
        with pytest.raises(DeliveryError, match="offers no TLS; the password was not sent"):
            send_mail(mail_server(f"smtp://me:s3cret@mail.test:{sink.port}"), "a@b.org", "m@b.org", ALERTS, "")
        assert not any("AUTH" in line for line in sink.lines)
    assert sink.mails == []


def test_a_certificate_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with MailSink(tls=tmp_path) as sink, pytest.raises(DeliveryError, match=r"cannot be used .*certificate"):
        send_mail(mail_server(f"smtp://me:s3cret@localhost:{sink.port}"), "a@b.org", "m@b.org", ALERTS, "")
    assert sink.mails == []


def test_starttls_is_used_where_it_is_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with MailSink(tls=tmp_path, login=("me", "s3cret")) as sink:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        send_mail(mail_server(f"smtp://me:s3cret@localhost:{sink.port}"), "a@b.org", "m@b.org", ALERTS, "")
    (mail,) = sink.mails
    assert mail.secure
    assert mail.login == ("me", "s3cret")


def test_a_mail_that_is_refused_is_told_in_one_line() -> None:
    with MailSink(refuse="a@b.org") as sink, pytest.raises(DeliveryError, match=r"takes none for a@b\.org \(550") as e:
        send_mail(mail_server(f"smtp://127.0.0.1:{sink.port}"), "a@b.org", "m@b.org", ALERTS, "")
    assert "\n" not in str(e.value)
    with pytest.raises(DeliveryError, match="cannot be used"):  # nobody listens there any more
        send_mail(mail_server(f"smtp://127.0.0.1:{sink.port}"), "a@b.org", "m@b.org", ALERTS, "")


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "http://u:s3cret@h", "smtp://", "smtp://u:s3cret@h:x", "smtp://u:s3cret@h/x?y=1"]
)
def test_what_is_no_mail_server_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ParameterError, match="MIXWRIGHT_SMTP_URL must be like") as error:
        mail_server(url)
    assert "s3cret" not in str(error.value)


def test_a_mail_server_by_its_address() -> None:
    server = mail_server("smtps://me:s3cret@mail.example.org")
    assert (server.host, server.port, server.user, server.implicit) == ("mail.example.org", 465, "me", True)
    assert "s3cret" not in repr(server)
    assert mail_server("smtp://[::1]:587").host == "::1"


@pytest.mark.parametrize("address", ["", "me", "a@b\nBcc: c@d", "a@b, c@d", "@b", "a@", "<a@b>"])
def test_what_is_no_mail_address_is_refused(address: str) -> None:
    with pytest.raises(ParameterError, match="must be a mail address"):
        check_address(address)
    assert check_address(" me+mix@example.org ") == "me+mix@example.org"


@contextmanager
def web_server(code: int = 200, **headers: str) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    got: list[tuple[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((f"{self.path} {self.headers['Content-Type']}", json.loads(body)))
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            got.append((self.path, None))

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", got
        finally:
            server.shutdown()
            thread.join()


def test_a_webhook_gets_json() -> None:
    with web_server() as (url, got):
        post(f"{url}/hook?key=1", ALERTS, {"days": 28})
    ((where, body),) = got
    assert where == "/hook?key=1 application/json"
    assert body["text"] == "The music is anöther.\nRatings are lower."
    assert body["alerts"][0] == {"rule": "drift", "sentence": "The music is anöther.", "state": "genre"}
    assert body["days"] == 28


def test_a_webhook_that_fails_is_told_without_its_address() -> None:
    with web_server(500) as (url, _), pytest.raises(DeliveryError, match=r"^webhook: 127\.0\.0\.1 answered 500$"):
        post(f"{url}/t0ken", ALERTS, {})
    with pytest.raises(DeliveryError, match="cannot be reached") as error:
        post(f"{url}/t0ken", ALERTS, {})
    assert "t0ken" not in str(error.value)


def test_a_webhook_is_not_led_elsewhere() -> None:
    with (
        web_server() as (other, got),
        web_server(302, Location=f"{other}/x") as (url, _),
        pytest.raises(DeliveryError, match="answered 302"),
    ):
        post(url, ALERTS, {})
    assert got == []


@pytest.mark.parametrize(
    "url",
    ["http://example.org/x", "ftp://localhost/x", "https://", "localhost", "https://h/a b", "http://[::1", "file:///x"],
)
def test_an_address_that_may_not_be_posted_to(url: str) -> None:
    with pytest.raises(ParameterError, match="webhook: "):
        check_webhook(url)


def test_addresses_that_may() -> None:
    for url in ("https://example.org/hook", "http://localhost:80/x", "http://127.0.0.1/", "http://[::1]:8/"):
        assert check_webhook(url) == url
    assert channel_of("webhook", "https://a/s3cret") != channel_of("webhook", "https://a/other")
    assert "s3cret" not in channel_of("webhook", "https://a/s3cret")
