"""What takes secrets out of texts, as seen by those who have some."""

from typing import Protocol


class Redaction(Protocol):
    """Knows the secrets of one account; `privacy.Redactor` is one."""

    def learn(self, *secrets: str | None) -> None:
        """Remember texts that must never be seen."""
        ...

    def learn_passing(self, *secrets: str | None) -> None:
        """Remember secrets that others will replace."""
        ...

    def text(self, text: str) -> str:
        """Return a text without what is secret in it."""
        ...

    def beginning(self, text: str) -> str:
        """Return the beginning of a text, without what is secret in it."""
        ...
