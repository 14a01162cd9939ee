"""The protocol for the redaction of secrets, so that `core` does not import `privacy`."""

from typing import Protocol


class Redaction(Protocol):
    """Removes the secrets of one account from texts; implemented by `privacy.Redactor`."""

    def learn(self, *secrets: str | None) -> None:
        """Add secrets that are always redacted."""
        ...

    def learn_passing(self, *secrets: str | None) -> None:
        """Add short-lived secrets, such as tokens; the oldest ones are dropped again."""
        ...

    def text(self, text: str) -> str:
        """Return a text without the secrets in it."""
        ...

    def beginning(self, text: str) -> str:
        """Return the beginning of a text, without the secrets in it."""
        ...
