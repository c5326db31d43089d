"""A whole visit by HTTP, and everything that a listener's page must not learn or do."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from tests.web.rooms import OURS, RIGHT, SONGS, SYSTEMS, Visit, make_test, open_room

from mixwright.errors import StoreError
from mixwright.listening.definition import KINDS
from mixwright.store import open_store
from mixwright.web.guard import Admin, Limits
from mixwright.web.guard.rates import Rate
from mixwright.web.room import headphones
from mixwright.web.room.links import hash_token, sound_address


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_visit(kind: str, tmp_path: Path) -> None:
    more = {"abx": {"abx_trials": 5}, "preference": {"repeats": 1, "catch_trials": 2}}.get(kind, {})
    folder = make_test(tmp_path, kind, **more)
    client, _, store, manifest = open_room(folder)
    visit = Visit(client)
    assert visit.state()["step"] == "consent"
    state = visit.consent()
    assert state["step"] == "training"
    answered = trained = 0
    while state["step"] != "done":
        trial = state["trial"]
        assert trial["training"] == (state["step"] == "training")
        sounds = [client.get(item["url"]) for item in trial["items"]]
        assert all(sound.headers["content-type"] == "audio/wav" for sound in sounds)
        assert len({len(sound.content) for sound in sounds}) == 1
        for name in ("etag", "last-modified", "content-disposition"):  # would tell that two sounds are one
            assert all(name not in sound.headers for sound in sounds)
        for sound in sounds:
            audio, rate = soundfile.read(io.BytesIO(sound.content))
            assert (rate, audio.shape) == (48_000, (96_000, 2))
        response = visit.answer(state)
        assert response.status_code == 200, response.text
        state = response.json()
        answered += 1
        trained += trial["training"]
    assert trained == (2 if kind in ("rating", "appropriateness") else 1)
    assert state["done"] == state["total"] == answered - trained
    assert state["code"].startswith("0001-")
    rows = store.answers(manifest.version)
    assert [row.number for row in rows] == list(range(answered))
    facts = rows[-1].facts
    assert facts["response_ms"] == 2100
    assert [event["what"] for event in rows[-1].events] == ["play", "switch"]
    assert rows[0].listener.consent_version == "1"
    # whatever is heard can be found again from what is stored
    for row in rows:
        for identity in row.trial["items"]:
            assert manifest.stimulus(identity).integrated_lufs < 0


def everything_told(client: Any, visit: Visit) -> str:
    """All texts, headers and addresses that a listener gets in a whole visit, but not the sounds themselves."""
    told = []

    def keep(response: Any) -> Any:
        told.append(json.dumps([str(response.url), *response.headers.items()]))
        if "audio" not in response.headers.get("content-type", ""):
            told.append(response.text)
        return response

    keep(client.get("/"))
    keep(client.get(visit.link))
    keep(client.get("/api/room"))
    keep(visit.get("state"))
    state = visit.consent()
    keep(visit.post("device", {"transducer": "headphones"}))
    while state["step"] != "done":
        for item in state["trial"]["items"]:
            keep(client.get(item["url"]))
        response = keep(visit.answer(state))
        state = response.json()
    keep(visit.post("answers", {"trial": 0}))
    keep(visit.get("nothing"))
    return "\n".join(told).lower()


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_tells_what_is_what(kind: str, tmp_path: Path) -> None:
    more = {"abx": {"abx_trials": 5}, "preference": {"repeats": 1, "catch_trials": 2}}.get(kind, {})
    folder = make_test(tmp_path, kind, **more)
    client, _, _, manifest = open_room(folder)
    told = everything_told(client, Visit(client))
    words = [*SYSTEMS, *SONGS, "broken", "catch", "anchor", "repeat_of", "sha256", "sources"]
    words += [one.sha256[:16] for one in manifest.stimuli] + [f'"{one.id}"' for one in manifest.stimuli]
    assert [word for word in words if word.lower() in told] == []


def test_the_same_sound_has_another_address_each_time(tmp_path: Path) -> None:
    folder = make_test(tmp_path, catch_trials=2, training=False)
    client, _, _, _ = open_room(folder)
    addresses: list[str] = []
    for _ in range(2):
        visit = Visit(client)
        state = visit.consent()
        while state["step"] != "done":
            mine = [item["url"] for item in state["trial"]["items"]]
            assert visit.state()["trial"]["items"] == state["trial"]["items"]  # but a reload changes nothing
            addresses += [url.rsplit("/", 1)[1] for url in mine]
            state = visit.answer(state).json()
    assert len(set(addresses)) == len(addresses)


def test_only_ones_own_present_sounds_are_given(tmp_path: Path) -> None:
    folder = make_test(tmp_path, training=False)
    client, _, _, _ = open_room(folder)
    one, other = Visit(client), Visit(client)
    early = one.state()
    assert early["trial"] is None
    state, _ = one.consent(), other.consent()
    url = state["trial"]["items"][0]["url"]
    assert client.get(url).status_code == 200
    assert client.get(other.link + url[len(one.link) :]).status_code == 404
    one.answer(state)
    assert client.get(url).status_code == 404  # its trial is over
    for wrong in ("x", "..%2f..%2ftest.json", "é", "A" * 5000):
        assert client.get(f"{one.link}/a/{wrong}").status_code == 404


def test_an_answer_counts_once(tmp_path: Path) -> None:
    client, _, store, manifest = open_room(make_test(tmp_path, training=False))
    visit = Visit(client)
    state = visit.consent()
    message = visit.message(state["trial"], {"preferred": "A"})
    first = visit.post("answers", message).json()
    again = visit.post("answers", message)
    other = visit.post("answers", {**message, "attempt": "another", "answer": {"preferred": "B"}})
    assert again.status_code == other.status_code == 200
    assert first == again.json() == other.json()
    (row,) = store.answers(manifest.version)
    assert row.answer == {"preferred": "A"}


def test_what_cannot_be_an_answer_is_refused_and_nothing_is_stored(tmp_path: Path) -> None:
    client, _, store, manifest = open_room(make_test(tmp_path, training=False))
    visit = Visit(client)
    before = visit.post(
        "answers", visit.message({"number": 0, "items": [{"slot": "A"}], "x": None}, {"preferred": "A"})
    )
    assert before.status_code == 403  # no consent yet
    state = visit.consent()
    trial = state["trial"]
    good = visit.message(trial, {"preferred": "A"})

    def status(**change: Any) -> int:
        return int(visit.post("answers", {**good, **change}).status_code)

    assert status(answer={"preferred": "C"}) == 422
    assert status(answer={}) == 422
    assert status(trial=trial["number"] + 1) == 409
    assert status(trial=-1) == 422
    assert status(facts={**good["facts"], "seconds_heard": {"A": 2.0, "B": 0.1}}) == 422
    assert status(facts={**good["facts"], "seconds_heard": {}}) == 422
    assert status(facts={**good["facts"], "response_ms": -1}) == 422
    assert status(facts={**good["facts"], "more": 1}) == 422
    for wrong in ("", "x" * 65, "a b", "a/b", "é", "a\n", "\x00", "<b>", "٣"):
        assert status(attempt=wrong) == 422
    assert status(events=[{"t": 0, "what": "hack"}]) == 422
    assert status(events=[{"t": 0, "what": "play"}] * 5001) == 422
    broken = json.dumps(good).replace("2100", "NaN")
    response = client.post(
        f"{visit.link}/api/answers", headers={**OURS, "Content-Type": "application/json"}, content=broken
    )
    assert response.status_code == 422
    assert store.answers(manifest.version) == []
    assert status(attempt="1764567890123-0.5_A" + "x" * 45) == 200


@pytest.mark.parametrize(("kind", "more"), [("preference", ()), ("abx", ("X",)), ("mushra", ("Reference",))])
def test_slots_that_a_trial_does_not_have_are_refused(kind: str, more: tuple[str, ...], tmp_path: Path) -> None:
    client, _, store, manifest = open_room(make_test(tmp_path, kind, training=False))
    visit = Visit(client)
    state = visit.consent()
    letters = [item["slot"] for item in state["trial"]["items"]]
    good = visit.message(state["trial"], RIGHT[kind](letters))
    heard = dict.fromkeys((*letters, *more), 2.0)

    def status(slot: str, what: str) -> int:
        facts, events = {**good["facts"], "seconds_heard": heard}, [{"t": 1, "what": "play"}]
        if what == "facts":
            facts["seconds_heard"] = {**heard, slot: 1.0}
        else:
            events.append({"t": 2, "what": "switch", "slot": slot})
        return int(visit.post("answers", {**good, "facts": facts, "events": events}).status_code)

    for slot in {"Z", "", "a", "X", "Reference", "reference"} - set(more):
        assert status(slot, "facts") == status(slot, "events") == 422, slot
    assert store.answers(manifest.version) == []
    assert status((*letters, *more)[-1], "events") == 200


def test_a_store_that_is_away_is_told_so_that_the_page_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _, store, manifest = open_room(make_test(tmp_path, training=False))
    visit = Visit(client)
    message = visit.message(visit.consent()["trial"], {"preferred": "A"})

    def away(*_: Any) -> None:
        raise StoreError("the database cannot be used (locked)")

    with monkeypatch.context() as patch:
        patch.setattr(store, "save_answer", away)
        assert visit.post("answers", message).status_code == 503
    assert visit.post("answers", message).status_code == 200
    assert len(store.answers(manifest.version)) == 1


def test_a_link_that_is_not_known_or_old(tmp_path: Path) -> None:
    folder = make_test(tmp_path)
    client, room, store, _ = open_room(folder)
    visit = Visit(client)
    assert client.get("/l/" + "x" * 32 + "/api/state").status_code == 404
    assert store.find_listener(hash_token(visit.link[3:])) is not None
    assert all(visit.link[3:] not in str(row) for row in store.listeners(room.manifest.version))
    newer = room.manifest.model_copy(update={"test": room.manifest.test.model_copy(update={"title": "Changed"})})
    room.manifest = newer
    assert visit.get("state").status_code == 410
    room.manifest = newer.model_copy(update={"test": newer.test.model_copy(update={"title": "A blind test"})})
    store.forget(room.manifest.version, "L0001")
    assert visit.get("state").status_code == 404


def test_a_restart_changes_nothing(tmp_path: Path) -> None:
    folder = make_test(tmp_path)
    client, _, store, _ = open_room(folder)
    visit = Visit(client)
    state = visit.answer(visit.consent()).json()
    store.close()
    again, _, _, _ = open_room(folder)
    assert Visit(again, visit.link).state() == state


def test_by_invitation_only(tmp_path: Path) -> None:
    client, room, _, _ = open_room(make_test(tmp_path), invite_only=True)
    assert client.get("/api/room").json()["open"] is False
    assert client.post("/api/enrol", headers=OURS).status_code == 403
    assert Visit(client, room.invite("Ann")).state()["step"] == "consent"


def test_the_headphone_check_is_scored_here_and_shuts_nobody_out(tmp_path: Path) -> None:
    folder = make_test(tmp_path, headphone_check=True, training=False)
    client, _, store, _ = open_room(folder)
    for right, passed in ((6, True), (5, True), (4, False)):
        visit = Visit(client)
        assert visit.post("headphones/start").status_code == 403
        assert visit.consent()["step"] == "headphones"
        told = visit.post("headphones/start").json()
        assert len({tone["url"] for tone in told["tones"]}) == 6
        assert len({len(client.get(tone["url"]).content) for tone in told["tones"]}) == 1
        listener = store.find_listener(hash_token(visit.link[3:]))
        assert listener is not None
        answers = [headphones.quietest(listener.secret, n) for n in range(6)]
        answers[right:] = [answer % 3 + 1 for answer in answers[right:]]
        state = visit.post("headphones", {"answers": answers}).json()
        assert state["step"] == "trial"
        checked = store.find_listener(hash_token(visit.link[3:]))
        assert checked is not None
        assert checked.checks["headphones"]["score"] == right
        assert checked.checks["headphones"]["passed"] is passed
        assert "score" not in json.dumps(state)
    for wrong in ([1] * 5, [0] * 6, [4] * 6, ["1"]):
        assert visit.post("headphones", {"answers": wrong}).status_code == 422


def test_a_second_try_at_the_headphone_check_changes_nothing(tmp_path: Path) -> None:
    client, _, store, _ = open_room(make_test(tmp_path, headphone_check=True, training=False))
    visit = Visit(client)
    visit.consent()

    def checks() -> Any:
        listener = store.find_listener(hash_token(visit.link[3:]))
        assert listener is not None
        return listener.checks

    first = visit.post("headphones", {"answers": [1, 2, 3, 1, 2, 3]})
    kept = checks()
    for answers in ([1] * 6, [2] * 6, [3] * 6):
        again = visit.post("headphones", {"answers": answers})
        assert again.status_code == 200  # as a page sends again what was lost on the way
        assert again.json() == first.json()
    assert checks() == kept


def test_nothing_is_heard_or_answered_before_the_headphone_check(tmp_path: Path) -> None:
    client, _, store, manifest = open_room(make_test(tmp_path, headphone_check=True, training=False))
    visit = Visit(client)
    visit.consent()
    tones = [tone["url"] for tone in visit.post("headphones/start").json()["tones"]]
    listener = store.find_listener(hash_token(visit.link[3:]))
    assert listener is not None
    early = f"{visit.link}/a/{sound_address(listener.secret, '0/A')}"
    message = visit.message({"number": 0, "items": [{"slot": "A"}, {"slot": "B"}], "x": None}, {"preferred": "A"})
    assert client.get(early).status_code == 404
    refused = visit.post("answers", message)
    assert refused.status_code == 409
    assert "headphones" in refused.json()["error"]
    assert store.answers(manifest.version) == []
    assert client.get(tones[0]).status_code == 200
    state = visit.post("headphones", {"answers": [1] * 6}).json()
    assert state["trial"]["items"][0]["url"] == early
    assert client.get(early).status_code == 200
    assert client.get(tones[0]).status_code == 404
    assert visit.post("answers", message).status_code == 200


def test_a_headphone_check_that_nobody_asks_for_is_refused(tmp_path: Path) -> None:
    client, _, store, _ = open_room(make_test(tmp_path))
    visit = Visit(client)
    visit.consent()
    assert visit.post("headphones/start").status_code == 409
    assert visit.post("headphones", {"answers": [1] * 6}).status_code == 409
    listener = store.find_listener(hash_token(visit.link[3:]))
    assert listener is not None
    assert listener.checks == {}


def test_the_tones_are_those_of_the_paper() -> None:
    for trial in range(6):
        audio, rate = soundfile.read(io.BytesIO(headphones.tones("s", trial)))
        tones = [audio[round(1.5 * k * rate) : round((1.5 * k + 1) * rate)] for k in range(3)]
        levels = [20 * np.log10(np.sqrt(np.mean(tone[:, 0] ** 2))) for tone in tones]
        agree = [np.corrcoef(tone.T)[0, 1] for tone in tones]
        quiet = int(np.argmin(levels))
        assert quiet + 1 == headphones.quietest("s", trial)
        assert sorted(levels)[1] - min(levels) == pytest.approx(6.0, abs=0.05)
        assert sorted(round(x) for x in agree) == [-1, 1, 1]
        assert round(agree[quiet]) == 1
        # by loudspeakers the opposite one is nearly gone
        mono = [np.sqrt(np.mean(tone.mean(axis=1) ** 2)) for tone in tones]
        assert int(np.argmin(mono)) != quiet
    assert len({headphones.quietest("s", trial) for trial in range(6)} | {headphones.quietest("t", 1)}) > 1


def test_the_administrators_pages_need_the_token(tmp_path: Path) -> None:
    admin = Admin("t0ken-of-the-administrator")
    client, _, _, _ = open_room(make_test(tmp_path), admin=admin, hosts=("*",), results=lambda: ["e-value 3.2"])
    visit = Visit(client)
    assert visit.consent()["step"] == "training"  # listeners need none
    assert client.get("/admin").status_code == 401
    assert client.get("/api/admin/progress").status_code == 401
    assert client.post("/api/login", headers=OURS, json={"token": "wrong"}).status_code == 401
    assert client.post("/api/login", headers=OURS, json={"token": "t0ken-of-the-administrator"}).status_code == 200
    told = client.get("/api/admin/progress").json()
    assert told["counts"] == {"listeners": 1, "consented": 1, "finished": 0, "answers": 0}
    assert told["results"] == ["e-value 3.2"]
    cookie = client.cookies.jar
    assert all("t0ken" not in str(c.value) for c in cookie)


def test_guessing_the_token_is_slow(tmp_path: Path) -> None:
    client, _, _, _ = open_room(make_test(tmp_path), admin=Admin("t0ken"), limits=Limits(login=Rate(0.01, 3)))
    found = [client.post("/api/login", headers=OURS, json={"token": str(n)}).status_code for n in range(5)]
    assert found == [401, 401, 401, 429, 429]


def test_other_sites_can_do_nothing(tmp_path: Path) -> None:
    client, _, _, _ = open_room(make_test(tmp_path))
    assert client.post("/api/enrol").status_code == 403
    assert client.post("/api/enrol", headers={**OURS, "Origin": "http://evil.example"}).status_code == 403
    assert client.get("/api/room", headers={"Host": "evil.example"}).status_code == 421
    schema = client.get("/openapi.json").json()
    assert "/l/{token}/api/answers" in schema["paths"]
    assert client.get("/docs").status_code == 404


def test_nothing_of_the_network_is_stored(tmp_path: Path) -> None:
    folder = make_test(tmp_path)
    client, _, store, _ = open_room(folder)
    visit = Visit(client)
    visit.answer(visit.consent())
    store.close()
    content = b"".join(path.read_bytes() for path in folder.glob("answers.sqlite*"))
    for word in (b"testclient", b"127.0.0.1", visit.link[3:].encode()):
        assert word not in content
    open_store(f"sqlite:///{folder / 'answers.sqlite'}").close()
