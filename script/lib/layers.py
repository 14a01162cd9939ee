"""Print the layers of the integration as its imports make them: a folder imports those above it."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parents[2] / "custom_components" / "mybmw"
TOP: Final = "."
"""The folder of the platforms, the coordinator and the flows."""

type Layers = Mapping[str, frozenset[str]]


def folder_of(path: Path) -> str:
    """Return the folder of a module, as seen from the package."""
    return path.parent.relative_to(PACKAGE).as_posix()


def imported(path: Path) -> Iterator[Path]:
    """Yield the files of the package that a module imports, also those for type checkers."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for alias in node.names:
                yield next(file for file in _files(base, alias.name) if file.exists())


def _files(base: Path, name: str) -> Iterator[Path]:
    """Yield where a name may be found: it is a module, or something in a module or package."""
    yield (base / name).with_suffix(".py")
    yield base / name / "__init__.py"
    yield base.with_suffix(".py")
    yield base / "__init__.py"


def layers() -> Layers:
    """Return the folders that each folder imports, itself left out."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        folder = folder_of(path)
        found[folder] |= {folder_of(file) for file in imported(path)} - {folder}
    return {folder: frozenset(others) for folder, others in found.items()}


def in_order(layers: Layers) -> list[str]:
    """Return the folders, each after those that it imports; a circle ends it."""
    done: list[str] = []
    left = dict(layers)
    while left:
        ready = sorted(folder for folder, others in left.items() if others <= set(done))
        if not ready:
            raise SystemExit(f"These import each other in a circle: {', '.join(sorted(left))}")
        done += ready
        for folder in ready:
            del left[folder]
    return done


def main() -> None:
    """Print a line for each folder: files, lines, what it imports."""
    found = layers()
    for folder in in_order(found):
        files = list((PACKAGE / folder).glob("*.py"))
        lines = sum(len(file.read_text("utf-8").splitlines()) for file in files)
        others = ", ".join(sorted(found[folder])) or "-"
        print(f"{folder:<20} {len(files):3} files {lines:6} lines   imports {others}")


if __name__ == "__main__":
    main()
