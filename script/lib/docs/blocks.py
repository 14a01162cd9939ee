"""Pages with generated blocks: what stands between two comments is written by a function.

A block begins with `<!-- generated: NAME -->` and ends with `<!-- end -->`.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
import re
from typing import Final

from .actions import action
from .commands import commands
from .entities import entities
from .protocols import protocols
from .repairs import repairs

DOCS: Final = Path(__file__).parents[3] / "docs"

_BLOCK: Final = re.compile(
    r"(?P<begin><!-- generated: (?P<what>\w+)(?: (?P<name>\w+))? -->\n).*?(?P<end><!-- end -->)",
    re.DOTALL,
)
_WRITERS: Final[Mapping[str, Callable[[str], Iterator[str]]]] = {
    "action": action,
    "commands": commands,
    "entities": entities,
    "protocols": protocols,
    "repairs": repairs,
}


def pages() -> Iterator[tuple[Path, str]]:
    """Yield every page that has generated blocks, with the text that it should have."""
    for path in sorted(DOCS.rglob("*.md")):
        text = path.read_text("utf-8")
        if _BLOCK.search(text):
            yield path, _BLOCK.sub(_written, text)


def _written(block: re.Match[str]) -> str:
    lines = _WRITERS[block["what"]](block["name"] or "")
    return "\n".join((block["begin"], *lines, "", block["end"]))
