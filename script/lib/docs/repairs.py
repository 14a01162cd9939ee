"""The table of repair issues: their titles and descriptions."""

from collections.abc import Iterator
import re
from typing import Any

from .tables import table
from .texts import TEXTS


def repairs(_name: str) -> Iterator[str]:
    """Yield a table of all issues; only the first one of those with the same title."""
    rows: dict[str, str] = {}
    for issue in TEXTS["issues"].values():
        rows.setdefault(_shown(issue["title"]), _shown(_description(issue)))
    yield from table(("under Repairs", "what it means"), sorted(rows.items()))


def _description(issue: dict[str, Any]) -> str:
    """Return all paragraphs but the final question of a flow with several choices."""
    flow = issue.get("fix_flow", {}).get("step", {})
    first: dict[str, str] = next(iter(flow.values()), issue)
    text = issue.get("description") or first["description"]
    return " ".join(part for part in text.split("\n\n") if not part.endswith("?"))


def _shown(text: str) -> str:
    return re.sub(r"\{(\w+)\}", r"(\1)", text)
