"""What is shown of check control messages beside their number."""

from typing import Final

from .attribute_units import distance
from .client.core.values import CheckControlMessage, by_severity

MESSAGES: Final = "messages"
MOST_SHOWN: Final = 50
NO_MESSAGE: Final = "none"
NOT_STATED: Final = "not_stated"
"""The state in place of a severity that BMW does not state: "unknown" is Home Assistant's own."""


def worst_severity(messages: tuple[CheckControlMessage, ...]) -> str:
    """Return the severity of the worst message."""
    worst = next(iter(by_severity(messages)), None)
    if worst is None:
        return NO_MESSAGE
    return worst.severity.lower() if worst.severity else NOT_STATED


def message_details(messages: tuple[CheckControlMessage, ...]) -> dict[str, object]:
    """Return the severity by type, the worst one of a type, and every message with its text."""
    worst_first = by_severity(messages)[:MOST_SHOWN]
    severities = {item.type.lower(): _severity(item) for item in reversed(worst_first)}
    return {**severities, MESSAGES: [_message(item) for item in worst_first]}


def _severity(message: CheckControlMessage) -> str:
    """Return a word that cannot be taken for the state of what the message is about."""
    return f"{(message.severity or 'unknown').lower()}_severity"


def _message(message: CheckControlMessage) -> dict[str, object]:
    return {
        "text": message.description,
        "severity": message.severity.lower() if message.severity else NOT_STATED,
        "type": message.type.lower(),
        "id": message.id,
        **distance(message.distance),
    }
