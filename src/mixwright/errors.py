"""Every error a user can meet, as one tree; the command line turns each into one line."""

from __future__ import annotations


class MixwrightError(Exception):
    """Something the user can act on; its text names the thing, the value and the rule."""


class ParameterError(MixwrightError, ValueError):
    """A parameter, option or argument is outside its rule."""


class PresetError(MixwrightError, ValueError):
    """A preset file cannot be used: not JSON, an unknown key, a newer format, a value out of range."""


class ModelError(MixwrightError, ValueError):
    """A trained network cannot be used: not there, damaged, or of another format."""


class StoreError(MixwrightError):
    """The database of answers cannot be opened or written, or was made by a newer version."""


class DeliveryError(MixwrightError):
    """An alert did not reach whom it was for: the mail server or the webhook did not take it."""


class AudioError(MixwrightError):
    """A sound file or signal cannot be read, written or mixed."""


class AudioReadError(AudioError, OSError):
    """A file cannot be read as audio; the text names the file and what to do."""


class AudioWriteError(AudioError, OSError):
    """A file cannot be written; nothing of it is left behind."""


class LiveError(MixwrightError):
    """Real time is not to be had: JACK is not installed, no server runs, or it went away."""


class SignalError(AudioError, ValueError):
    """The audio was read but cannot be mixed: silent, not finite, or too short."""
