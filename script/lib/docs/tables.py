"""Tables in Markdown."""

from collections.abc import Iterable, Iterator, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table without empty columns."""
    cells = [[_cell(cell) for cell in row] for row in rows]
    used = [place for place in range(len(head)) if any(row[place] for row in cells)]
    yield _line(head[place] for place in used)
    yield _line("---" for _ in used)
    yield from (_line(row[place] for place in used) for row in cells)


def code(text: str) -> str:
    """Return a text as code, "" if it is empty."""
    return f"`{text}`" if text else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
