"""Recordings of the last responses and messages of a source, unchanged.

They contain personal data, and have to be redacted (`privacy`) before they are shown or written.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from .json_paths import NOTHING, Paths

MESSAGES: Final = 500
"""Maximum number of stream messages in a recording."""


class Answer(NamedTuple):
    """One response as received; `good` is False for an error response."""

    content_type: str
    body: bytes
    good: bool = True


class Message(NamedTuple):
    """One message of a stream as received at `time` (UTC)."""

    time: datetime
    topic: str
    payload: bytes


class Recording(NamedTuple):
    """The last responses of a source by name, and the last messages that it received.

    Anonymising keeps JSON values only under `paths`. `file` is that of the messages, None for the
    usual one.
    """

    answers: Mapping[str, Answer]
    messages: Sequence[Message] = ()
    paths: Paths = NOTHING
    file: str | None = None


class Recorder:
    """Keeps the newest response and the newest error per name, in memory only."""

    def __init__(self, size: int = 100) -> None:
        """Create an empty recorder for at most `size` responses."""
        self._size = size
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def add(self, name: str, answer: Answer) -> None:
        """Add a response, and remove the oldest ones above `size`."""
        name = name if answer.good else f"{name}_error"
        self._answers.pop(name, None)
        self._answers[name] = answer
        while len(self._answers) > self._size:
            self._answers.popitem(last=False)

    @property
    def answers(self) -> Mapping[str, Answer]:
        """The responses by name, oldest first."""
        return dict(self._answers)
