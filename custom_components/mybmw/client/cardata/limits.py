"""Limits of received data: the user's own broker may send anything."""

from collections.abc import Mapping
from itertools import islice
from typing import Final

import orjson

from ..core.counter import Tally

MAX_MESSAGE_SIZE: Final = 2_000_000
"""Maximum bytes of a stream message."""

MAX_VALUE_SIZE: Final = 64_000
"""Maximum bytes of a value with its time and unit, as JSON."""

MAX_CAR_SIZE: Final = 512_000
"""Maximum bytes of all stored values of a car; half of that for unknown descriptors."""

MAX_RECENT_SIZE: Final = 4_000_000
"""Maximum bytes of all messages that are kept for a recording."""

MAX_UNLISTED_CARS: Final = 20
"""Maximum number of cars that are accepted before the cars of the account are known."""

_MAX_VALUES: Final = 25_000
_MAX_NAME_LENGTH: Final = 200


def within_limits(items: Mapping[str, object], problems: Tally) -> dict[str, int]:
    """Return the sizes of the values within the limits, by descriptor; count the others."""
    if len(items) > _MAX_VALUES:
        problems["too many values"] += 1
    sizes: dict[str, int] = {}
    for descriptor, item in islice(items.items(), _MAX_VALUES):
        if len(descriptor) > _MAX_NAME_LENGTH:
            problems["name too long"] += 1
        elif (size := size_of(item)) > MAX_VALUE_SIZE:
            problems[descriptor] += 1
        else:
            sizes[descriptor] = size
    return sizes


def size_of(item: object) -> int:
    """Return the bytes of a value as JSON; above all limits if it cannot be serialised."""
    try:
        return len(orjson.dumps(item))
    except TypeError:
        return MAX_CAR_SIZE + 1
