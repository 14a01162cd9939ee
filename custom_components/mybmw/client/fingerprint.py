"""Recorded answers, for developers to replay.

File names are those that bimmer_connected wrote (facts: MyBMW sheet §5), so that recordings of
its users replay as well.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import orjson

from .redact import Redactor


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came, before anything is taken out of it."""

    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a stream as it came at `time` (UTC)."""

    time: datetime
    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Recording:
    """What a source has heard lately: its answers by name, and the messages of its stream."""

    answers: Mapping[str, Answer]
    messages: Sequence[Message] = ()


def raw(recording: Recording, vin: str) -> dict[str, object]:
    """Return the answers about one car by name, decoded but not anonymised; the JSON ones."""
    found: dict[str, object] = {}
    for name, answer in recording.answers.items():
        if vin.lower() in name.lower():
            with suppress(orjson.JSONDecodeError):
                found[name] = orjson.loads(answer.body)
    return found


class Recorder:
    """Keeps the newest answer per name, at most `size` of them, in memory only."""

    def __init__(self, redactor: Redactor, size: int = 100) -> None:
        """Answers leave the recorder through `redactor`."""
        self._redactor = redactor
        self._size = size
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def add(self, name: str, answer: Answer) -> None:
        """Keep an answer; the oldest one makes room for it."""
        self._answers.pop(name, None)
        self._answers[name] = answer
        while len(self._answers) > self._size:
            self._answers.popitem(last=False)

    @property
    def answers(self) -> Mapping[str, Answer]:
        """The answers by name, the oldest first."""
        return dict(self._answers)

    def files(self) -> dict[str, str]:
        """Return the anonymised answers by file name, as texts; pictures are left out."""
        return dict(
            self._file(name, answer)
            for name, answer in self._answers.items()
            if not answer.content_type.startswith("image/")
        )

    def _file(self, name: str, answer: Answer) -> tuple[str, str]:
        name = self._redactor.text(name)
        try:
            data = self._redactor.data(orjson.loads(answer.body))
        except ValueError:
            text = self._redactor.text(answer.body.decode("utf-8", "replace"))
            return f"{name}.txt", text or "NO CONTENT"
        options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
        return f"{name}.json", orjson.dumps(data, option=options).decode()
