"""Messages of the stream as they come, within limits."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import orjson

from ..core.convert import mapping
from ..core.listeners import Listeners
from ..core.recording import MESSAGES, Message
from ..core.tally import Tally
from .limits import MOST_OF_MESSAGE, MOST_RECENT

_VIN_LENGTH: Final = 17
_BESIDE: Final = 100


class Incoming:
    """Decodes messages and keeps the newest ones; listeners subscribe to `messages` as they come.

    `problems` counts those that are none, or too large, `foreign` those of other cars by VIN.
    """

    def __init__(self, problems: Tally) -> None:
        """Nothing has come yet."""
        self.foreign = Tally()
        self.messages: Listeners[Message] = Listeners()
        self.messages.subscribe(self._keep)
        self._problems = problems
        self._recent: deque[Message] = deque()
        self._size = 0

    def read(
        self, topic: str, payload: bytes, now: datetime
    ) -> tuple[str, Mapping[str, object] | None]:
        """Return the VIN and the message, None if it is none."""
        if len(topic) + len(payload) > MOST_OF_MESSAGE:
            self._problems["message too large"] += 1
            return "", None
        self.messages(Message(now, topic, payload))
        try:
            message = mapping(orjson.loads(payload))
        except orjson.JSONDecodeError:
            self._problems["message"] += 1
            return "", None
        named = message.get("vin")
        vin = named if isinstance(named, str) else topic.rpartition("/")[2]
        return vin.strip().upper(), message

    def turn_away(self, vin: str, message: object) -> None:
        """Count a message of a car that is not in the account."""
        if message is not None:
            self.foreign[vin[:_VIN_LENGTH]] += 1

    def newest(self, messages: int) -> list[Message]:
        """Return the newest messages as they came."""
        return list(self._recent)[max(0, len(self._recent) - messages) :]

    def _keep(self, message: Message) -> None:
        self._recent.append(message)
        self._size += _size(message)
        while self._size > MOST_RECENT or len(self._recent) > MESSAGES:
            self._size -= _size(self._recent.popleft())


def _size(message: Message) -> int:
    return len(message.topic) + len(message.payload) + _BESIDE
