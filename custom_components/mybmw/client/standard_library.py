"""Import the modules of Python's standard library that files of the integration have the names of.

Whoever runs `python -m client` in the folder of the integration has that folder first on the path
of modules, and `calendar.py` there is a platform of Home Assistant.
"""

from importlib import import_module
from pathlib import Path
import sys
from typing import Final

_NAMES: Final = ("calendar", "select")


def _import_hidden(folder: Path) -> None:
    """Import them while this folder is not on the path of modules."""
    before = sys.path[:]
    sys.path[:] = [item for item in before if Path(item).resolve() != folder]
    try:
        for name in _NAMES:
            import_module(name)
    finally:
        sys.path[:] = before


if __package__ == "client":
    _import_hidden(Path(__file__).resolve().parents[1])
