"""How much is taken in of what others send: a broker of the user may pass on anything."""

from collections.abc import Mapping
from itertools import islice
from typing import Final

import orjson

from ..core.tally import Tally

MOST_OF_MESSAGE: Final = 2_000_000
"""Bytes of a message of the stream."""

MOST_OF_VALUE: Final = 64_000
"""Bytes of a value with its time and unit, as JSON."""

MOST_OF_CAR: Final = 512_000
"""Bytes of all values that are kept of a car; of descriptors that are not known, half of that."""

MOST_RECENT: Final = 4_000_000
"""Bytes of the messages that are kept for a recording."""

MOST_UNLISTED: Final = 20
"""Cars that are taken in before it is known which ones belong to the account."""

_MOST_VALUES: Final = 25_000
_LONGEST_NAME: Final = 200


def within_limits(items: Mapping[str, object], problems: Tally) -> dict[str, int]:
    """Return the descriptors of a message that may be read, with their sizes; count the others."""
    if len(items) > _MOST_VALUES:
        problems["too many values"] += 1
    sizes: dict[str, int] = {}
    for descriptor, item in islice(items.items(), _MOST_VALUES):
        if len(descriptor) > _LONGEST_NAME:
            problems["name too long"] += 1
        elif (size := size_of(item)) > MOST_OF_VALUE:
            problems[descriptor] += 1
        else:
            sizes[descriptor] = size
    return sizes


def size_of(item: object) -> int:
    """Return the bytes of a value as JSON; one that no file can hold is larger than any."""
    try:
        return len(orjson.dumps(item))
    except TypeError:
        return MOST_OF_CAR + 1
