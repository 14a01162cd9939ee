"""Counting by kind where somebody else chooses the kinds."""

from collections import Counter
from typing import Final, override

OTHERS: Final = "others"
"""What further kinds are counted as."""

_MOST: Final = 200
_LONGEST: Final = 200


class Tally(Counter[str]):
    """Counts up to 200 kinds; further ones, and those with a very long name, are one kind."""

    @override
    def __setitem__(self, kind: str, count: int) -> None:
        if kind not in self and kind != OTHERS and (len(self) >= _MOST or len(kind) > _LONGEST):
            super().__setitem__(OTHERS, self[OTHERS] + count)
        else:
            super().__setitem__(kind, count)
