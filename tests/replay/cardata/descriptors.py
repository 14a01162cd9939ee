"""The telematics keys of BMW's catalogue (cardata.md#containers, #differences-between-cars)."""

import csv
from pathlib import Path
from typing import Final

_TABLE: Final = Path(__file__).with_suffix(".csv")


def _known() -> dict[str, tuple[bool, bool]]:
    """Return (streamable, comes back through a container) by descriptor."""
    with _TABLE.open(newline="") as table:
        return {
            row["descriptor"]: (row["streamable"] == "yes", row["container"] == "yes")
            for row in csv.DictReader(table)
        }


_KNOWN: Final = _known()
DESCRIPTORS: Final = frozenset(_KNOWN)
STREAMABLE: Final = frozenset(name for name, (stream, _) in _KNOWN.items() if stream)
IN_CONTAINERS: Final = frozenset(name for name, (_, container) in _KNOWN.items() if container)
RETIRED: Final = frozenset({"vehicle.learningNavigation"})
