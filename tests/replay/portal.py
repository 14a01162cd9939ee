"""The page of BMW's portal in which data are selected, after what is known (cardata.md#selection).

It shows ten boxes at a time, and the rest behind a button. It was not copied from BMW.
"""

from collections.abc import Sequence
import csv
import json
from pathlib import Path
from typing import Final, Literal

type Markup = Literal["table", "list", "rerender", "shadow"]

_PAGE: Final = Path(__file__).with_suffix(".html")
_CATALOGUE: Final = Path(__file__).with_name("cardata") / "descriptors.csv"


def streamable() -> list[str]:
    """Return the descriptors that can be selected."""
    with _CATALOGUE.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    return sorted(row["descriptor"] for row in rows if row["streamable"] == "yes")


def portal_page(
    names: Sequence[str] | None = None, markup: Markup = "table", latency: int = 50
) -> str:
    """Return the page as HTML, with a box for each name.

    The boxes are labels in a table, or roles in a list; `rerender` makes all anew with each click,
    `shadow` has them in a component. `latency` is how many milliseconds loading takes.
    """
    listed = streamable() if names is None else list(names)
    page = _PAGE.read_text(encoding="utf-8").replace("__NAMES__", json.dumps(listed))
    return page.replace("__MARKUP__", markup).replace("__LATENCY__", str(latency))
