"""What a source has received lately, as it came.

It has to be redacted before anybody sees it (`privacy`).
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from .json_paths import NOTHING, Paths

MESSAGES: Final = 500
"""How many messages of a stream are kept for a recording."""


class Answer(NamedTuple):
    """One answer as it came, before anything is taken out of it; not `good` if it was an error."""

    content_type: str
    body: bytes
    good: bool = True


class Message(NamedTuple):
    """One message of a stream as it came at `time` (UTC)."""

    time: datetime
    topic: str
    payload: bytes


class Recording(NamedTuple):
    """What a source has heard lately: its answers by name, and the messages of its stream.

    Values of its JSON stay under `paths` alone when it is anonymised.
    """

    answers: Mapping[str, Answer]
    messages: Sequence[Message] = ()
    paths: Paths = NOTHING


class Recorder:
    """Keeps the newest answer per name, and the newest error; at most `size`, in memory only."""

    def __init__(self, size: int = 100) -> None:
        """Start with nothing."""
        self._size = size
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def add(self, name: str, answer: Answer) -> None:
        """Keep an answer, errors beside good ones; the oldest one makes room for it."""
        name = name if answer.good else f"{name}_error"
        self._answers.pop(name, None)
        self._answers[name] = answer
        while len(self._answers) > self._size:
            self._answers.popitem(last=False)

    @property
    def answers(self) -> Mapping[str, Answer]:
        """The answers by name, the oldest first."""
        return dict(self._answers)
