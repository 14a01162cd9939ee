"""States and extra attributes of check control messages."""

from typing import Final

from .attribute_units import distance
from .client.core.values import CheckControlMessage, by_severity

MESSAGES: Final = "messages"
MOST_SHOWN: Final = 50
NO_MESSAGE: Final = "none"
NOT_STATED: Final = "not_stated"
"""The state for a severity that BMW does not state; "unknown" is reserved by Home Assistant."""


def worst_severity(messages: tuple[CheckControlMessage, ...]) -> str:
    """Return the highest severity of the messages."""
    worst = next(iter(by_severity(messages)), None)
    if worst is None:
        return NO_MESSAGE
    return worst.severity.lower() if worst.severity else NOT_STATED


def message_details(messages: tuple[CheckControlMessage, ...]) -> dict[str, object]:
    """Return the highest severity of each type, and all messages with their texts."""
    worst_first = by_severity(messages)[:MOST_SHOWN]
    severities = {item.type.lower(): _severity(item) for item in reversed(worst_first)}
    return {**severities, MESSAGES: [_message(item) for item in worst_first]}


def _severity(message: CheckControlMessage) -> str:
    """Return the severity with a suffix, so that it is not mistaken for the state of the part."""
    return f"{(message.severity or 'unknown').lower()}_severity"


def _message(message: CheckControlMessage) -> dict[str, object]:
    return {
        "text": message.description,
        "severity": message.severity.lower() if message.severity else NOT_STATED,
        "type": message.type.lower(),
        "id": message.id,
        **distance(message.distance),
    }
