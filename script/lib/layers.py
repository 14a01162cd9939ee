"""Print the layers of the integration; each imports only those above it."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parents[2] / "custom_components" / "mybmw"
TOP: Final[Mapping[str, str]] = {
    "const": "const",
    "__init__": "set-up",
    "config_flow": "set-up",
    "diagnostics": "set-up",
    "repairs": "set-up",
    "system_health": "set-up",
    "coordinator": "coordinator",
    "attribute_units": "entity",
    "catalogue": "entity",
    "check_control": "entity",
    "enabled_default": "entity",
    "entity": "entity",
    "entity_choice": "entity",
    "entity_picture": "entity",
    "object_ids": "entity",
}
"""The layer of each top-level module; all others are platforms."""

type Layers = Mapping[str, frozenset[str]]


def layer_of(path: Path) -> str:
    """Return the layer of a module: its folder, or the layer of a top-level module."""
    if path.parent == PACKAGE:
        return TOP.get(path.stem, "platforms")
    return path.parent.relative_to(PACKAGE).as_posix()


def imported(path: Path) -> Iterator[Path]:
    """Yield the files of the package that a module imports, also those for type checkers."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for alias in node.names:
                yield next(file for file in _files(base, alias.name) if file.exists())


def _files(base: Path, name: str) -> Iterator[Path]:
    """Yield the possible files of a name: a module, or one of a module or package."""
    yield (base / name).with_suffix(".py")
    yield base / name / "__init__.py"
    yield base.with_suffix(".py")
    yield base / "__init__.py"


def layers() -> Layers:
    """Return the other layers that each layer imports."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        layer = layer_of(path)
        found[layer] |= {layer_of(file) for file in imported(path)} - {layer}
    return {layer: frozenset(others) for layer, others in found.items()}


def in_order(layers: Layers) -> list[str]:
    """Return the layers, each after those that it imports; raise `CycleError` for a cycle."""
    return list(TopologicalSorter(layers).static_order())


def main() -> None:
    """Print a line for each layer: files, lines, what it imports."""
    found = layers()
    sizes: defaultdict[str, list[int]] = defaultdict(list)
    for path in PACKAGE.rglob("*.py"):
        sizes[layer_of(path)].append(len(path.read_text("utf-8").splitlines()))
    for layer in in_order(found):
        others = ", ".join(sorted(found[layer])) or "nothing"
        files, lines = len(sizes[layer]), sum(sizes[layer])
        print(f"{layer:<17} {files:3} files {lines:6} lines   imports {others}")


if __name__ == "__main__":
    main()
