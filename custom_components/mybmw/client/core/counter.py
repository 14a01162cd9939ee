"""A counter with a bounded number of keys, for keys that a server chooses."""

from collections import Counter
from typing import Final, override

OTHERS: Final = "others"
"""The key that further ones are counted under."""

_MAX_KEYS: Final = 200
_MAX_LENGTH: Final = 200


class Tally(Counter[str]):
    """Counts up to 200 keys; further ones, and those over 200 characters, share one key."""

    @override
    def __setitem__(self, key: str, count: int) -> None:
        full = len(self) >= _MAX_KEYS or len(key) > _MAX_LENGTH
        if full and key != OTHERS and key not in self:
            super().__setitem__(OTHERS, self[OTHERS] + count)
        else:
            super().__setitem__(key, count)
