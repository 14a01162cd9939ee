"""Decode and keep received stream messages, within limits."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import orjson

from ..core.convert import mapping
from ..core.counter import Tally
from ..core.listeners import Listeners
from ..core.recording import MESSAGES, Message
from .limits import MAX_MESSAGE_SIZE, MAX_RECENT_SIZE

_VIN_LENGTH: Final = 17
_OVERHEAD: Final = 100


class Incoming:
    """Decodes messages and keeps the newest ones; `messages` are the listeners for raw messages.

    `received` counts all, `problems` invalid ones, `unknown_cars` by VIN those of cars outside the
    account.
    """

    def __init__(self, problems: Tally) -> None:
        """Create it without messages."""
        self.received = 0
        self.unknown_cars = Tally()
        self.messages: Listeners[Message] = Listeners()
        self.messages.subscribe(self._keep)
        self._problems = problems
        self._recent: deque[Message] = deque()
        self._size = 0

    def read(
        self, topic: str, payload: bytes, now: datetime
    ) -> tuple[str, Mapping[str, object] | None]:
        """Return the VIN and the decoded message; None for an invalid one."""
        if len(topic) + len(payload) > MAX_MESSAGE_SIZE:
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

    def reject(self, vin: str, message: object) -> None:
        """Count a valid message of a car that is not in the account."""
        if message is not None:
            self.unknown_cars[vin[:_VIN_LENGTH]] += 1

    def newest(self, messages: int) -> list[Message]:
        """Return the newest messages, unchanged."""
        return list(self._recent)[max(0, len(self._recent) - messages) :]

    def _keep(self, message: Message) -> None:
        self.received += 1
        self._recent.append(message)
        self._size += _size(message)
        while self._size > MAX_RECENT_SIZE or len(self._recent) > MESSAGES:
            self._size -= _size(self._recent.popleft())


def _size(message: Message) -> int:
    return len(message.topic) + len(message.payload) + _OVERHEAD
