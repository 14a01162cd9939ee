"""The table of the protocols that sources implement."""

import ast
from collections.abc import Iterator

from .tables import code, table
from .texts import INTEGRATION


def protocols(_name: str) -> Iterator[str]:
    """Yield a table of all protocols of sources, with their members."""
    tree = ast.parse((INTEGRATION / "client" / "core" / "source.py").read_text("utf-8"))
    rows = [
        (code(item.name), _first_line(item), ", ".join(map(code, _members(item))))
        for item in tree.body
        if isinstance(item, ast.ClassDef)
        and _is_protocol(item)
        and "__call__" not in _members(item)
    ]
    yield from table(("protocol", "what it is", "members"), rows)


def _is_protocol(item: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in item.bases)


def _members(item: ast.ClassDef) -> list[str]:
    return [name for part in item.body if (name := _name(part))]


def _name(part: ast.stmt) -> str | None:
    match part:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return None


def _first_line(item: ast.ClassDef) -> str:
    return (ast.get_docstring(item) or "").split("\n\n")[0]
