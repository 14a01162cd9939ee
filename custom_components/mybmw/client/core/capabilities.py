"""What a source can do."""

from typing import NamedTuple

from .source import (
    Billed,
    Commanding,
    Eventful,
    Explaining,
    Historical,
    Hooked,
    Imaging,
    Persistent,
    Planned,
    Polled,
    Pushing,
    Source,
    Tracing,
)


class Capabilities(NamedTuple):
    """A source as each of the protocols that it implements, None for the others."""

    polled: Polled | None
    planned: Planned | None
    pushing: Pushing | None
    hooked: Hooked | None
    eventful: Eventful | None
    historical: Historical | None
    billed: Billed | None
    commanding: Commanding | None
    imaging: Imaging | None
    persistent: Persistent | None
    explaining: Explaining | None
    tracing: Tracing | None


def capabilities_of(source: Source) -> Capabilities:
    """Return what a source can do."""
    return Capabilities(
        polled=source if isinstance(source, Polled) else None,
        planned=source if isinstance(source, Planned) else None,
        pushing=source if isinstance(source, Pushing) else None,
        hooked=source if isinstance(source, Hooked) else None,
        eventful=source if isinstance(source, Eventful) else None,
        historical=source if isinstance(source, Historical) else None,
        billed=source if isinstance(source, Billed) else None,
        commanding=source if isinstance(source, Commanding) else None,
        imaging=source if isinstance(source, Imaging) else None,
        persistent=source if isinstance(source, Persistent) else None,
        explaining=source if isinstance(source, Explaining) else None,
        tracing=source if isinstance(source, Tracing) else None,
    )
