"""One test and its listeners: what the routes ask of it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...errors import ParameterError
from ...listening.answers import check_answer
from ...listening.assignment import assign
from ...listening.manifest import Manifest
from ...store import ListenerRow, Store
from ..guard import RefusedError
from . import headphones
from .links import hash_token, new_listener_token, new_secret, sound_address
from .messages import AnswerMessage
from .visit import current_trial, headphones_due, places, seconds, slots_told, state

__all__ = ["Room"]

# What a page rounds and a clock drifts.
HEARD_TOLERANCE_S = 0.05
CODE_LETTERS = 8


class Room:
    """A test in a folder, and the store of its answers. Every method is safe in any number of threads."""

    def __init__(self, folder: Path, manifest: Manifest, store: Store) -> None:
        self.manifest, self.store, self._folder = manifest, store, folder
        test = manifest.test
        store.add_test(manifest.version, test.title, test.kind, manifest.model_dump(mode="json"))

    def invite(self, label: str | None = None) -> str:
        """A new listener; the end of the link, which is stored nowhere."""
        token = new_listener_token()
        self.store.add_listener(self.manifest.version, hash_token(token), new_secret(), label=label)
        return f"/l/{token}"

    def listener(self, token: str) -> ListenerRow:
        """Whose link that is."""
        found = self.store.find_listener(hash_token(token))
        if found is None:
            raise RefusedError(404, "this link is not known; perhaps it was cut off, or its listener forgotten")
        if found.test_version != self.manifest.version:
            raise RefusedError(410, "the test was changed after this link was made; ask for a new one")
        if not found.trials:
            seed = self.manifest.test.seed
            trials = [trial.to_dict() for trial in assign(self.manifest, found.number, seed)]
            self.store.set_assignment(found.id, seed, trials)
            return self.listener(token)
        return found

    def state(self, token: str) -> dict[str, Any]:
        """What the page is told."""
        listener = self.listener(token)
        return self._state(token, listener, self.store.progress(listener.id))

    def consent(self, token: str, version: str) -> dict[str, Any]:
        """Agree to the present text."""
        if version != self.manifest.test.consent.version:
            raise RefusedError(409, "the text was changed; please read it again")
        self.store.set_consent(self.listener(token).id, version)
        return self.state(token)

    def check_headphones(self, token: str, answers: list[int]) -> dict[str, Any]:
        """Keep the first score; who fails is not shut out, but marked."""
        listener = self._checked(token)
        right = headphones.score(listener.secret, answers)
        result = {"score": right, "of": headphones.TRIALS, "passed": right >= headphones.PASS, "answers": answers}
        self.store.set_check(listener.id, "headphones", result)
        return self.state(token)

    def headphone_tones(self, token: str) -> list[dict[str, Any]]:
        """Where the six sounds of the check are."""
        secret = self._checked(token).secret
        return [
            {"n": n + 1, "url": f"/l/{token}/a/{sound_address(secret, f'headphones/{n}')}"}
            for n in range(headphones.TRIALS)
        ]

    def set_device(self, token: str, device: dict[str, Any]) -> None:
        """What the browser says of itself, by consent."""
        self.store.set_device(self._agreed(token).id, device)

    def sound(self, token: str, address: str) -> bytes:
        """The WAV file at an address of this listener: of the check while it is due, then of the present trial."""
        listener = self._agreed(token)
        due = headphones_due(self.manifest.test, listener)
        for n in range(headphones.TRIALS if due else 0):
            if _same(sound_address(listener.secret, f"headphones/{n}"), address):
                return headphones.tones(listener.secret, n)
        trial = current_trial(listener, self.store.progress(listener.id))
        if trial is not None and not due:
            for place, identity in places(trial):
                if _same(sound_address(listener.secret, f"{trial.number}/{place}"), address):
                    return (self._folder / self.manifest.stimulus(identity).file).read_bytes()
        raise RefusedError(404, "there is no such sound, or its trial is over")

    def answer(self, token: str, message: AnswerMessage) -> dict[str, Any]:
        """Keep an answer to the present trial; one that is there already is not kept again."""
        listener = self._agreed(token)
        done = self.store.progress(listener.id)
        if message.trial in done:
            return self._state(token, listener, done)
        if headphones_due(self.manifest.test, listener):
            raise RefusedError(409, "the check of headphones comes first; reload the page")
        trial = current_trial(listener, done)
        if trial is None or message.trial != trial.number:
            raise RefusedError(409, "another trial is next; reload the page")
        try:
            answer = check_answer(self.manifest.test, trial, message.answer)
        except ParameterError as error:
            raise RefusedError(422, str(error)) from None
        named = {*message.facts.seconds_heard, *(event.slot for event in message.events if event.slot is not None)}
        if not named <= slots_told(trial):
            raise RefusedError(422, "this trial has no such slot")
        least_s = min(self.manifest.test.least_seconds, seconds(self.manifest, trial)) - HEARD_TOLERANCE_S
        short = [place for place, _ in places(trial) if place != "reference"
                 and message.facts.seconds_heard.get(place, 0.0) < least_s]  # fmt: skip
        if short:
            raise RefusedError(422, f"listen to {', '.join(short)} a little longer first")
        facts = {**message.facts.model_dump(), "device": dict(listener.device)}
        events = [event.model_dump(exclude_none=True) for event in message.events]
        self.store.save_answer(listener.id, trial.number, message.attempt, answer, facts, events)
        return self._state(token, listener, done | {trial.number})

    def _state(self, token: str, listener: ListenerRow, done: frozenset[int]) -> dict[str, Any]:
        told = state(self.manifest, listener, done, f"/l/{token}")
        if told["step"] == "done" and listener.code is None:
            code = self.store.finish(listener.id, _code(listener))
            return state(self.manifest, replace(listener, code=code), done, f"/l/{token}")
        return told

    def _agreed(self, token: str) -> ListenerRow:
        listener = self.listener(token)
        if listener.consent_version != self.manifest.test.consent.version:
            raise RefusedError(403, "nothing is stored before you have agreed to it")
        return listener

    def _checked(self, token: str) -> ListenerRow:
        """Whoever is to be asked for headphones."""
        listener = self._agreed(token)
        if not self.manifest.test.headphone_check:
            raise RefusedError(409, "this test does not ask for headphones")
        return listener


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _code(listener: ListenerRow) -> str:
    """A completion code: no two listeners have the same, and nobody can make one."""
    digest = hmac.new(listener.secret.encode(), b"completion", hashlib.sha256).hexdigest()
    return f"{listener.number + 1:04}-{digest[:CODE_LETTERS].upper()}"
