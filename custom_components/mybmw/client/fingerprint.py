"""Recorded answers, for developers to replay.

File names are those that bimmer_connected wrote (facts: MyBMW sheet §5), so that recordings of
its users replay as well.
"""

from collections import OrderedDict
from dataclasses import dataclass

import orjson

from .redact import Redactor


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came, before anything is taken out of it."""

    content_type: str
    body: bytes


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
