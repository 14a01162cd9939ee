"""A bookmark that ticks boxes in BMW's portal (docs/protocols/cardata.md#selection).

It only clicks in the page that is open: it makes no requests, reads no cookies and does not save.
"""

from collections.abc import Mapping, Sequence
import json
from pathlib import Path
from typing import Final

_PROGRAM: Final = " ".join(
    Path(__file__).with_name("tick_boxes.js").read_text(encoding="utf-8").split()
)

CONSOLE: Final = "eval(prompt())"
"""The line to type into the console of a browser, which opens a window to paste the bookmark."""


def bookmark(descriptors: Sequence[str], texts: Mapping[str, str]) -> str:
    """Return the address of the bookmark; without descriptors it ticks all boxes.

    The `texts` are `ticked`, `partly` and `nothing`; "{n}" and "{m}" are how many boxes are ticked,
    of how many.
    """
    program = _PROGRAM.replace("__WANTED__", _json(list(descriptors)))
    return f"javascript:{program.replace('__TEXTS__', _json(dict(texts)))}"


def _json(value: object) -> str:
    # Browsers decode percent signs in addresses
    return json.dumps(value, ensure_ascii=False).replace("%", "\\u0025")
