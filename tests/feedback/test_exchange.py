"""Preferences given away: nothing says whose they are; read strictly, taken in once, never taken for one's own."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.feedback.tasters import Taster, random_choices

from mixwright.errors import MixwrightError, ParameterError, PresetError, StoreError
from mixwright.feedback import TRAITS, learn_taste
from mixwright.feedback.diary import ME, Diary
from mixwright.feedback.events import CHOICE, COMMENT, rating_event, simple_event
from mixwright.feedback.exchange import PreferenceSet, json_schema, load_set, parse_set, set_id
from mixwright.feedback.gathering import choices_of
from mixwright.feedback.sharing import import_set, learn_shared, make_set, preset_rows, write_presets
from mixwright.home import SHARED_TASTE, TASTE
from mixwright.model.leaning import load_leaning
from mixwright.parameters import Parameters, Preset, load_preset
from mixwright.parameters.strict_json import MAX_BYTES
from mixwright.store import FeedbackStore, NewEvent, open_feedback

BRIGHT = {"high_eq": 0.5, "presence": 0.3}
GENRE = {"rock": 0.7123, "pop": 0.2877}
SECRET = "for Anna, from the cellar"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FeedbackStore]:
    opened = open_feedback(f"sqlite:///{tmp_path / 'mine.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[FeedbackStore]:
    opened = open_feedback(f"sqlite:///{tmp_path / 'other.sqlite'}")
    yield opened
    opened.close()


def choose(store: FeedbackStore, person: str, count: int, seed: int = 0, ideal: dict[str, float] = BRIGHT) -> None:
    """So many blind choices and one rating of a simulated listener."""
    store.agree(person, "1")
    made = random_choices(Taster(ideal, price=24.0), count, np.random.default_rng(seed))
    events = [
        NewEvent(f"key-{person}-{k}", CHOICE, {"first": c.first, "second": c.second, "outcome": c.outcome},
                 f"song-{k}", GENRE)
        for k, c in enumerate(made)
    ]  # fmt: skip
    rating = rating_event(7.5, comment=SECRET, professional=True, key=f"r-{person}", song="song-r", genre=GENRE)
    said = simple_event(COMMENT, {"text": SECRET}, key=f"c-{person}", song="song-r")
    store.add(person, [*events, rating, said])


def shared(store: FeedbackStore, **more: Any) -> PreferenceSet:
    return make_set(store.events(), licence="CC0-1.0", **more)


def document(**more: Any) -> dict[str, Any]:
    """A small set as plain types."""
    content = {
        "format": "mixwright-preferences",
        "version": 1,
        "licence": "CC-BY-4.0",
        "consent": {"version": "1", "statement": "Take them.", "scope": "shared", "given": True},
        "created": "2026-11-30",
        "tool": "mixwright 0.1.0",
        "notes": "",
        "choices": [
            {"listener": "L001", "first": {"high_eq": 0.25}, "second": {}, "outcome": "first", "weight": 1.0,
             "genre": {"rock": 1.0}},
            {"listener": "L002", "first": {}, "second": {"reverb": -0.5}, "outcome": "tie", "weight": 0.25,
             "genre": {}},
        ],
        "ratings": [{"listener": "L001", "score": 8.0, "professional": False, "genre": {}, "model": "", "comment": ""}],
        "presets": [{"name": "warm", "tags": ["rock"], "preset": Preset(Parameters({"low_eq": 1.0})).to_dict()}],
    }  # fmt: skip
    return {**content, **more}


def people(store: FeedbackStore) -> Counter[str]:
    return Counter(event.pseudonym for event in store.events(CHOICE))


def test_it_comes_back_as_it_was(store: FeedbackStore) -> None:
    choose(store, ME, 20)
    presets = preset_rows([("warm", Preset(genre={"jazz": 1.0})), ("", Preset())])
    made = shared(store, presets=presets, comments=True, notes="two rooms")
    assert len(made.choices) == 20
    assert made.ratings[0].comment == SECRET
    assert [(row.name, row.tags) for row in made.presets] == [("warm", ("jazz",)), ("preset 2", ())]
    again = parse_set(made.to_json())
    assert again == made
    assert set_id(again) == set_id(made)


def test_a_sets_id_is_of_what_it_says_not_of_how_it_is_written() -> None:
    text = json.dumps(document())
    one = parse_set(text)
    turned = dict(reversed(document(ratings=[{"score": 8, "listener": "L001"}]).items()))
    assert set_id(parse_set(json.dumps(turned, indent=7))) == set_id(one)
    assert set_id(parse_set(json.dumps(document(licence="CC0-1.0")))) != set_id(one)
    assert re.fullmatch("[0-9a-f]{64}", set_id(one))


def test_nothing_says_who_when_or_which_song(store: FeedbackStore) -> None:
    for person in ("anna", "bert"):
        choose(store, person, 12)
    made = shared(store)
    text = made.to_json()
    for hidden in ("anna", "bert", "key-", "song-", "r-", SECRET, "0.7123", "made", "key"):
        assert hidden not in text.replace("hip_hop", "").replace(json.dumps(made.consent.statement), ""), hidden
    assert re.findall(r"\d{4}-\d\d-\d\d", text) == [made.created]
    assert not re.search(r"\d\d:\d\d", text)
    ways = [value for row in made.choices for way in (row.first, row.second) for value in way.values()]
    assert all(value == round(value, 3) for value in ways)


def test_numbers_and_order_are_drawn_anew_for_each_set(store: FeedbackStore) -> None:
    """Six people whose choices tell them apart here: eight sets that number them alike come once in 720⁷."""
    names = [f"person {k}" for k in range(6)]
    for k, name in enumerate(names):
        store.agree(name, "1")
        data = {"first": {"low_eq": k / 10}, "second": {}, "outcome": "first"}
        store.add(name, [NewEvent("only", CHOICE, data)])
    sets = [shared(store) for _ in range(8)]
    numbered = [tuple(sorted((row.first.get("low_eq", 0.0), row.listener) for row in one.choices)) for one in sets]
    ordered = [tuple(row.first.get("low_eq", 0.0) for row in one.choices) for one in sets]
    assert len(set(numbered)) > 1
    assert len(set(ordered)) > 1
    assert all(one.listeners == tuple(f"L{k:03d}" for k in range(1, 7)) for one in sets)


def test_what_others_gave_is_not_given_on_as_ones_own(store: FeedbackStore) -> None:
    choose(store, ME, 3)
    import_set(store, parse_set(json.dumps(document())))
    made = shared(store)
    assert len(made.choices) == 3
    assert made.listeners == ("L001",)


def test_without_anything_there_is_no_set() -> None:
    with pytest.raises(ParameterError, match="no choice, no rating and no preset"):
        make_set([], licence="CC0-1.0")


def changed(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        *way, last = (int(part) if part.isdigit() else part for part in path.split("."))
        inner: Any = content
        for part in way:
            inner = inner[part]
        if value is None:
            del inner[last]
        else:
            inner[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("licence", None, "licence is missing: nobody may use it"),
        ("consent", None, "consent is missing: nobody agreed"),
        ("licence", "CC0", "licence"),
        ("licence", "", "licence"),
        ("consent.given", False, "consent.given"),
        ("consent.given", 1, "consent.given"),
        ("consent.scope", "own", "consent.scope"),
        ("consent.statement", "  ", "consent.statement"),
        ("consent.version", None, "consent.version"),
        ("format", "mixwright-preset", "no set of preferences"),
        ("version", 2, "another Mixwright"),
        ("version", True, "another Mixwright"),
        ("version", "2\n3", "another Mixwright"),
        ("so\ngs\x85", [], "so gs"),
        ("created", "2026-13-01", "created"),
        ("created", "2026-11-30T12:00", "created"),
        ("songs", [], "songs"),
        ("choices.0.song", "anthem", "choices.0.song"),
        ("choices.0.listener", "Anna", "choices.0.listener"),
        ("choices.0.first.high_eq", 2.001, "choices.0.first.high_eq"),
        ("choices.0.first.high_eq", "0.1", "choices.0.first.high_eq"),
        ("choices.0.first.high_eq", True, "choices.0.first.high_eq"),
        ("choices.0.first.input_gain", 0.1, "choices.0.first.input_gain"),
        ("choices.0.outcome", "both", "choices.0.outcome"),
        ("choices.0.weight", 0.0, "choices.0.weight"),
        ("choices.0.weight", 1.5, "choices.0.weight"),
        ("choices.0.genre.polka", 1.0, "choices.0.genre.polka"),
        ("choices.0.genre.rock", -0.1, "choices.0.genre.rock"),
        ("ratings.0.score", 0.5, "ratings.0.score"),
        ("ratings.0.score", 11, "ratings.0.score"),
        ("ratings.0.comment", "x" * 2001, "ratings.0.comment"),
        ("presets.0.name", "../../evil", "presets.0.name"),
        ("presets.0.preset.parameters.low_eq", 3.5, "low_eq"),
        ("presets.0.preset.surprise", 1, "surprise is not a known key"),
        ("presets.0.preset.format", "x", "not a Mixwright preset"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_named_in_one_line(path: str, value: Any, told: str) -> None:
    content = document()
    changed(path, value)(content)
    with pytest.raises((ParameterError, PresetError), match=re.escape(told)) as refused:
        parse_set(json.dumps(content), source="set.json")
    assert str(refused.value).startswith("set.json: ")
    assert len(str(refused.value).splitlines()) == 1


def test_two_presets_of_one_name_are_refused() -> None:
    one = document()["presets"][0]
    with pytest.raises(ParameterError, match="same name"):
        parse_set(json.dumps(document(presets=[one, {**one, "name": "Warm"}])))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "-1e999", "1" + 400 * "0", "1" + 5000 * "0"])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    text = json.dumps(document()).replace("0.25", number, 1)
    with pytest.raises((ParameterError, PresetError)):
        parse_set(text)


def test_a_key_twice_is_refused() -> None:
    text = json.dumps(document()).replace('"outcome": "first"', '"outcome": "first", "outcome": "second"')
    with pytest.raises(PresetError, match="stands twice"):
        parse_set(text)


def test_files_that_cannot_be_sets_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="cannot be read"):
        load_set(tmp_path / "none.json")
    (tmp_path / "large.json").write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(PresetError, match="too large"):
        load_set(tmp_path / "large.json")
    (tmp_path / "deep.json").write_text("[" * 200_000)
    with pytest.raises(PresetError, match="not a JSON file"):
        load_set(tmp_path / "deep.json")


def places(content: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [way, *(place for key, value in inner for place in places(value, (*way, key)))]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(places(document())[1:]), ANY, st.booleans())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_stands_anywhere_it_is_a_whole_set_or_one_line(way: tuple[Any, ...], value: Any, new: bool) -> None:
    content = document()
    inner: Any = content
    for part in way[:-1]:
        inner = inner[part]
    if new and isinstance(inner, dict):
        inner["".join(map(str, way))] = value
    else:
        inner[way[-1]] = value
    try:
        read = parse_set(json.dumps(content))
    except MixwrightError as error:
        lines = str(error).splitlines()
    else:
        lines = []
    assert len(lines) <= 1
    if lines:
        return
    assert parse_set(read.to_json()) == read
    assert read.consent.given
    for row in read.choices:
        assert all(abs(by) <= 2 and name in TRAITS for name, by in (*row.first.items(), *row.second.items()))


@given(st.text(max_size=60) | ANY.map(json.dumps))
@settings(max_examples=150, deadline=None)
def test_no_other_text_is_a_set(text: str) -> None:
    with pytest.raises(PresetError):
        parse_set(text)


def test_importing_again_changes_nothing(store: FeedbackStore, other: FeedbackStore) -> None:
    choose(store, "anna", 8, seed=1)
    choose(store, "bert", 5, seed=2)
    made = shared(store)
    first, again = import_set(other, made), import_set(other, parse_set(made.to_json()))
    assert (first.listeners, first.choices, first.ratings) == (2, 13, 2)
    assert (again.choices, again.ratings) == (0, 0)
    id_ = set_id(made)
    assert sorted(people(other)) == [f"{id_[:8]}:L001", f"{id_[:8]}:L002"]
    assert sorted(people(other).values()) == [5, 8]
    assert {row.source for row in other.people()} == {id_}
    assert {event.made.date().isoformat() for event in other.events()} == {made.created}


def test_an_import_that_was_stopped_goes_on(
    store: FeedbackStore, other: FeedbackStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(store, "anna", 4, seed=1)
    choose(store, "bert", 4, seed=2)
    made = shared(store)
    whole, calls = other.add, []

    def stopped(*words: Any) -> int:
        calls.append(words)
        if len(calls) == 2:
            raise StoreError("the disk is full")
        return whole(*words)

    with monkeypatch.context() as patched:
        patched.setattr(other, "add", stopped)
        with pytest.raises(StoreError, match="full"):
            import_set(other, made)
    assert other.counts() == {CHOICE: 4}
    import_set(other, made)
    assert other.counts() == {CHOICE: 8, "rating": 2}


def test_a_later_set_of_the_same_person_brings_only_what_is_new(store: FeedbackStore, other: FeedbackStore) -> None:
    choose(store, ME, 10)
    import_set(other, shared(store))
    choose(store, ME, 16)  # the ten, and six more
    later = import_set(other, shared(store))
    assert (later.choices, later.ratings) == (6, 0)
    assert sum(people(other).values()) == 16


def test_the_same_answer_twice_in_a_set_counts_twice(other: FeedbackStore) -> None:
    row = document()["choices"][0]
    made = parse_set(json.dumps(document(choices=[row, row], ratings=[])))
    assert import_set(other, made).choices == 2
    assert import_set(other, made).choices == 0


def test_ones_own_set_does_not_come_back_as_anothers(store: FeedbackStore) -> None:
    choose(store, ME, 6)
    done = import_set(store, shared(store))
    assert (done.choices, done.ratings) == (0, 0)
    assert [row.pseudonym for row in store.people()] == [ME]


def test_a_name_that_another_set_has_is_not_taken(other: FeedbackStore) -> None:
    made = parse_set(json.dumps(document()))
    other.agree(f"{set_id(made)[:8]}:L001", "1", source="f" * 64)
    with pytest.raises(StoreError, match="from another set"):
        import_set(other, made)


def test_what_others_chose_is_never_mine_and_counts_in_what_all_share(
    store: FeedbackStore, other: FeedbackStore, tmp_path: Path
) -> None:
    choose(other, ME, 30, seed=9, ideal={"high_eq": -0.4, "low_eq": 0.4})
    diary = Diary(other, tmp_path / "home")
    mine = diary.learn()
    assert mine.shared.positions["high_eq"] < 0
    for seed, person in enumerate(("anna", "bert", "carl")):
        choose(store, person, 60, seed=seed)
    import_set(other, shared(store))
    assert diary.learn() == mine
    assert load_leaning(tmp_path / "home" / TASTE) == mine
    counted = learn_taste(choices_of(other.events(CHOICE)))
    assert counted.choices[ME] == 30
    assert sum(counted.choices.values()) == 210
    leaning = learn_shared(other, tmp_path / "home")
    assert leaning is not None
    assert leaning.listener == ""
    assert leaning.shared.choices == 210
    assert load_leaning(tmp_path / "home" / SHARED_TASTE) == leaning


def test_a_crowd_that_agrees_makes_a_shared_taste(store: FeedbackStore, other: FeedbackStore, tmp_path: Path) -> None:
    """Sixty listeners: more than are told apart."""
    for seed in range(60):
        choose(store, f"p{seed}", 12, seed=seed)
    import_set(other, shared(store))
    leaning = learn_shared(other, tmp_path)
    assert leaning is not None
    assert leaning.shared.choices == 720
    assert leaning.shared.positions["high_eq"] > 0.2
    assert leaning.shared.positions["presence"] > 0.1


def test_without_choices_there_is_no_shared_taste(store: FeedbackStore, tmp_path: Path) -> None:
    (tmp_path / SHARED_TASTE).write_text("{}")
    assert learn_shared(store, tmp_path) is None
    assert not (tmp_path / SHARED_TASTE).exists()


def test_presets_are_written_once(tmp_path: Path) -> None:
    made = parse_set(json.dumps(document()))
    (file,) = write_presets(made, tmp_path / "presets")
    assert file == tmp_path / "presets" / set_id(made)[:8] / "warm.preset.json"
    assert load_preset(file).parameters["low_eq"] == 1.0
    file.write_text("mine")
    assert write_presets(made, tmp_path / "presets") == [file]
    assert file.read_text() == "mine"


def test_the_schema_in_the_docs_is_the_present_one() -> None:
    path = Path(__file__).parents[2] / "docs" / "preferences.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == json_schema(), "mixwright feedback schema > docs/…"
    assert set(json_schema()["required"]) >= {"licence", "consent"}
