"""What the guard lets through, and what it refuses with which sentence."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from mixwright.errors import ParameterError
from mixwright.web.guard import Admin, Limits, Protection, RefusedError, new_token, protect, serve, static_files
from mixwright.web.guard.rates import Rate, RateLimiter, network

OURS = {"X-Mixwright": "1"}
BASE = "http://localhost:8000"


def guarded(**more: Any) -> TestClient:
    app = FastAPI(docs_url=None, redoc_url=None)

    @app.get("/read")
    def read() -> dict[str, bool]:
        return {"read": True}

    @app.post("/write")
    async def write(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.post("/json")
    def parsed(content: dict[str, str]) -> list[str]:
        return list(content)

    @app.put("/upload")
    async def upload(request: Request) -> dict[str, int]:
        return {"bytes": sum([len(part) async for part in request.stream()])}

    @app.get("/number")
    def number(n: int) -> dict[str, int]:
        return {"n": n}

    @app.get("/fails")
    def fails(how: str) -> None:
        raise {"ours": ParameterError("n=3 must be\n in [0, 1]"), "status": RefusedError(409, "later")}.get(
            how, RuntimeError("secret detail")
        )

    app.mount("/static", static_files())
    protect(app, Protection(**more))
    return TestClient(app, base_url=BASE, raise_server_exceptions=False)


def test_every_answer_carries_the_policy_also_a_refusal() -> None:
    client = guarded()
    for response in (client.get("/read"), client.post("/write"), client.get("/none"), client.get("/fails?how=bug")):
        policy = response.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe-inline" not in policy
        assert "'unsafe-eval'" not in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000", "", "127.0.0.2"]
)
def test_another_name_is_refused(host: str) -> None:
    """A page that lets its own name point at this machine (DNS rebinding) names itself."""
    assert guarded().get("/read", headers={"Host": host}).status_code == 421
    assert guarded(hosts=("*",)).get("/read", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "localhost:80", "127.0.0.1:8000", "[::1]:8000", "[::1]"])
def test_this_machine_is_known(host: str) -> None:
    assert guarded().get("/read", headers={"Host": host}).status_code == 200


def test_only_our_pages_may_change_something() -> None:
    client = guarded()
    assert client.post("/write", headers=OURS).status_code == 200
    assert client.post("/write", headers={**OURS, "Origin": BASE}).status_code == 200
    for headers in ({}, {"X-Mixwright": "0"}, {**OURS, "Origin": "http://evil.example"}, {**OURS, "Origin": "null"}):
        refused = client.post("/write", headers=headers)
        assert refused.status_code == 403
        assert "own pages" in refused.json()["error"]
    assert (
        client.options("/write", headers={"Origin": "http://evil.example"}).headers.get("access-control-allow-origin")
        is None
    )


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "http://[x]/", "//]", ""])
def test_an_origin_that_is_none_is_refused_like_any_other(origin: str) -> None:
    refused = guarded().post("/write", headers={**OURS, "Origin": origin})
    assert refused.status_code == 403
    assert "own pages" in refused.json()["error"]
    assert "default-src 'self'" in refused.headers["content-security-policy"]


@pytest.mark.parametrize("length", ["²", "-1", "1e3", "", "9" * 5000])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    refused = guarded().post("/write", headers={**OURS, "Content-Length": length.encode("latin-1")}, content=b"")
    assert refused.status_code == 413
    assert "default-src 'self'" in refused.headers["content-security-policy"]


def test_a_large_body_is_refused_before_and_while_it_comes() -> None:
    client = guarded(limits=Limits(body_bytes=1000), uploads=lambda method, path: path == "/upload")
    assert client.post("/write", headers=OURS, content=b"x" * 1000).json() == {"bytes": 1000}
    assert client.post("/write", headers=OURS, content=b"x" * 1001).status_code == 413
    assert client.post("/write", headers=OURS, content=(b"x" * 600 for _ in range(2))).status_code == 413
    assert client.put("/upload", headers=OURS, content=(b"x" * 600 for _ in range(9))).json() == {"bytes": 5400}


def test_json_of_unsaid_length_that_is_too_large_is_called_so() -> None:
    client = guarded(limits=Limits(body_bytes=1000))
    headers = {**OURS, "Content-Type": "application/json"}
    for letters, status in ((900, 200), (1100, 413)):
        parts = [b'{"a": "', *[b"x" * 100] * (letters // 100), b'"}']
        response = client.post("/json", headers=headers, content=iter(parts))
        assert response.status_code == status
    assert response.json() == {"error": "the request is too large"}
    assert "default-src 'self'" in response.headers["content-security-policy"]


def test_who_asks_too_often_waits() -> None:
    client = guarded(limits=Limits(write=Rate(0.01, 3)))
    found = [client.post("/write", headers=OURS).status_code for _ in range(5)]
    assert found == [200, 200, 200, 429, 429]
    assert client.get("/read").status_code == 200  # reading has a bucket of its own


def test_an_asker_with_a_whole_network_has_one_bucket() -> None:
    client = guarded(limits=Limits(write=Rate(0.01, 2)))

    def status(address: str) -> int:
        client._transport.client = (address, 50000)  # type: ignore[attr-defined]
        return client.post("/write", headers=OURS).status_code

    assert [status(f"2001:db8:0:1::{k:x}") for k in range(3)] == [200, 200, 429]
    assert status("2001:db8:0:1:ffff:ffff:ffff:ffff") == 429
    assert status("2001:db8:0:2::") == 200
    # Addresses of IPv4 that come through a socket of IPv6 are no network.
    assert [status(f"::ffff:192.0.2.{k}") for k in range(1, 5)] == [200] * 4
    assert [status(address) for address in ("192.0.2.1", "192.0.2.1", "192.0.2.5")] == [200, 429, 200]


def test_listeners_of_one_address_are_told_apart() -> None:
    client = guarded(limits=Limits(write=Rate(0.01, 1)), asker=lambda path: path[2:] if path.startswith("/l") else None)
    assert [client.post(f"/l{n}", headers=OURS).status_code for n in (1, 2, 1)] == [404, 404, 429]


def test_inventing_askers_helps_only_so_far() -> None:
    client = guarded(limits=Limits(read=Rate(0.001, 2)), asker=lambda path: path)
    found = [client.get(f"/nobody{n}").status_code for n in range(22)]
    assert found == [404] * 20 + [429] * 2


def test_networks_are_those_of_addresses() -> None:
    for address, counted in (
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8::1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        ("", ""),
    ):
        assert network(address) == counted


def test_a_bucket_fills_again_and_the_oldest_is_forgotten() -> None:
    now = [0.0]
    limiter = RateLimiter(Rate(2.0, 2.0), lambda: now[0])
    assert [limiter.wait_s("a") for _ in range(3)] == [0.0, 0.0, 0.5]
    now[0] = 0.5
    assert limiter.wait_s("a") == 0.0
    assert limiter.wait_s("a") == pytest.approx(0.5)
    for n in range(30_000):
        limiter.wait_s(str(n))
    assert len(limiter._left) <= 20_000


def test_the_administrator_shows_the_token() -> None:
    admin = Admin(new_token())
    token = admin.token
    assert token is not None
    client = guarded(admin=admin, guarded=lambda path: path == "/read")
    assert client.get("/number?n=1").status_code == 200
    assert client.get("/read").status_code == 401
    for headers in (
        {"Authorization": "Bearer wrong"},
        {"Cookie": "mixwright_admin=" + "0" * 64},
        {"Cookie": 'mixwright_admin="'},
        {"Authorization": "Basic " + token},
    ):
        assert client.get("/read", headers=headers).status_code == 401
    assert client.get("/read", headers={"Authorization": "Bearer " + token}).status_code == 200
    assert client.get("/read", headers={"Cookie": f"mixwright_admin={admin.cookie_value}"}).status_code == 200
    assert token not in admin.cookie_value
    assert len({new_token() for _ in range(100)}) == 100


def test_a_person_without_the_token_is_led_to_the_login_page() -> None:
    admin = Admin(new_token())
    client = guarded(admin=admin, guarded=lambda path: not path.startswith("/login"))
    html = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for path, to in (("/read", "/read"), ("//evil.example/x", "//evil.example/x"), ("/%0d%0aSet-Cookie:a=b&to=c",
                     "/%0D%0ASet-Cookie%3Aa%3Db%26to%3Dc")):  # fmt: skip
        led = client.get(BASE + path, headers=html, follow_redirects=False)
        assert led.status_code == 303
        assert led.headers["location"] == f"/login?to={to}"
        assert led.headers["cache-control"] == "no-store"
        assert "default-src 'self'" in led.headers["content-security-policy"]
        assert "set-cookie" not in led.headers
    # scripts get a refusal, and nothing is written on the way
    assert client.get("/read", follow_redirects=False).status_code == 401
    assert client.post("/write", headers={**OURS, **html}, follow_redirects=False).status_code == 401
    known = {**html, "Authorization": f"Bearer {admin.token}"}
    assert client.get("/read", headers=known, follow_redirects=False).status_code == 200
    # where even the login page is guarded, nobody is led round and round
    closed = guarded(admin=admin)
    assert closed.get("/login", headers=html, follow_redirects=False).status_code == 401


@pytest.mark.parametrize("other", ["foo[bar]=1", "a", "=", 'q="', "é=1", 'x={"y": [1, 2]}', "mixwright_admin=old"])
def test_cookies_of_other_programs_hide_nothing(other: str) -> None:
    admin = Admin(new_token())
    client = guarded(admin=admin)
    ours = f"mixwright_admin={admin.cookie_value}"
    for header in (f"{other}; {ours}", f"{ours}; {other}", f"{other};{ours}"):
        assert client.get("/read", headers={"Cookie": header.encode()}).status_code == 200
    for header in (other, f"{other}; x{ours}", f"{other}={ours}", f"{other}; {ours}0"):
        assert client.get("/read", headers={"Cookie": header.encode()}).status_code == 401


def test_errors_are_sentences() -> None:
    client = guarded()
    assert client.get("/fails?how=ours").json() == {"error": "n=3 must be in [0, 1]"}
    assert client.get("/fails?how=status").status_code == 409
    bug = client.get("/fails?how=bug")
    assert bug.status_code == 500
    assert "secret" not in bug.text
    assert client.get("/none").json() == {"error": "there is nothing here"}
    wrong = client.get("/number?n=x")
    assert wrong.status_code == 422
    assert wrong.json()["error"].startswith("query.n: ")


def test_static_files_have_types_that_browsers_run() -> None:
    client = guarded()
    for name, kind in (("chain.wasm", "application/wasm"), ("chain_worklet.js", "text/javascript")):
        response = client.get(f"/static/{name}")
        assert response.headers["content-type"].startswith(kind)
        assert response.headers["cache-control"] == "no-cache"
        again = client.get(f"/static/{name}", headers={"If-None-Match": response.headers["etag"]})
        assert again.status_code == 304
    for path in ("/static/../guard/admin.py", "/static/%2e%2e/guard/admin.py", "/static/..%2fguard%2fadmin.py"):
        assert client.get(path).status_code == 404


def test_a_server_says_where_it_is_and_stops() -> None:
    app = FastAPI()
    ready, done = threading.Event(), threading.Event()
    address: list[str] = []

    def on_ready(where: str) -> None:
        address.append(where)
        ready.set()

    import uvicorn

    servers: list[uvicorn.Server] = []
    original = uvicorn.Server.startup

    async def startup(self: uvicorn.Server, sockets: Any = None) -> None:
        servers.append(self)
        await original(self, sockets)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn.Server, "startup", startup)
        thread = threading.Thread(target=lambda: serve(app, "127.0.0.1", 0, on_ready, stopped=done.set), daemon=True)
        thread.start()
        assert ready.wait(20)
        assert json.loads(httpx2.get(address[0] + "openapi.json").text)["openapi"]
        servers[0].should_exit = True
        thread.join(20)
    assert done.is_set()


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ParameterError, match="cannot be listened on"):
        serve(FastAPI(), "127.0.0.1", taken.getsockname()[1], lambda _: None)
    with pytest.raises(ParameterError, match="cannot be listened on"):
        serve(FastAPI(), "192.0.2.1", 0, lambda _: None)
