"""Who may import what, and how long things may become. Reads the source, runs nothing."""

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from statistics import median
import sys
import tomllib

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "custom_components" / "mybmw"
CLIENT = PACKAGE / "client"
HOME_ASSISTANT = ("homeassistant", "voluptuous")

# What a folder of the integration may import of it, beside what is inside it; "" is the top level
LAYERS: Mapping[str, frozenset[str]] = {
    "client/core": frozenset(),
    "client/transport": frozenset({"client/core"}),
    "client/privacy": frozenset({"client/core"}),
    "client/cardata": frozenset({"client/core", "client/transport", "client/privacy"}),
    "client/connecteddrive": frozenset({"client/core", "client/transport", "client/privacy"}),
    "client/highmobility": frozenset({"client/core", "client/transport", "client/privacy"}),
    "client/journal": frozenset({"client/core"}),
    "client/mybmw": frozenset({"client/core", "client/transport", "client/privacy"}),
    "client": frozenset({"client/core", "client/transport", "client/privacy"}),
}
# Set-up and flows, which go through the registry of sources
WIRING = {
    "__init__.py",
    "config_flow.py",
    "repairs.py",
}
# The only part of the client that does; nothing else may need it, apart from `python -m`
CLIENT_WIRING = "cli"
# Parts of the client that are no sources
CLIENT_CORE = {"core", "journal", "privacy", "transport"}
# What a platform may import of the integration; the client only through its door
SHARED = {
    "attribute_units",
    "catalogue",
    "check_control",
    "client",
    "client.core.attributes",
    "client.core.descriptors",
    "client.core.records",
    "client.core.values",
    "client.journal.anonymous",
    "client.journal.log",
    "client.journal.stored",
    "client.journal.summary",
    "const",
    "coordinator",
    "doctor",
    "enabled_default",
    "entity",
    "entity_choice",
    "entity_picture",
    "record_details",
    "runtime.errors",
}
DOOR = {"client", "client.core.attributes", "client.core.descriptors", "client.core.values"}
# What the folders beside the platforms may import of the integration, besides themselves
RECORDS = {
    "client.core.records",
    *(
        f"client.journal.{part}"
        for part in ("anonymous", "capacity_row", "export", "log", "series", "stored", "summary")
    ),
}
JOURNAL = {
    f"client.journal.{part}"
    for part in ("hourly", "journal", "log", "observation", "prices", "series", "solar", "stored")
}
PLATFORM_TABLES = {
    "binary_sensor",
    "button",
    "device_tracker",
    "image",
    "lock",
    "number",
    "sensor",
    "switch",
}
FOLDERS: Mapping[str, set[str]] = {
    "bridge": {
        *DOOR,
        *PLATFORM_TABLES,
        "attribute_units",
        "check_control",
        "client.core.records",
        "client.journal.battery",
        "client.journal.summary",
        "const",
        "coordinator",
        "doctor",
        "entity",
        "entity_picture",
        "journal.car_journal",
        "runtime",
    },
    "journal": {
        *DOOR,
        *JOURNAL,
        "client.core.listeners",
        "client.core.records",
        "const",
        "runtime",
    },
    "runtime": {*DOOR, "const"},
    "sources": {*DOOR, "const", "runtime"},
    "services": {
        *DOOR,
        *RECORDS,
        "catalogue",
        "const",
        "coordinator",
        "doctor",
        "entity",
        "image",
        "journal.car_journal",
        "runtime",
    },
}
NO_PLATFORMS = {
    "attribute_units",
    "catalogue",
    "check_control",
    "const",
    "coordinator",
    "diagnostics",
    "doctor",
    "enabled_default",
    "entity",
    "entity_choice",
    "entity_options",
    "entity_picture",
    "object_ids",
    "record_details",
    "system_health",
}
# What keeps work going that fails unexpectedly
SUPERVISORS = {"client/core/supervisor.py"}
# Tables are as long as what they list
LONG_FILES: dict[str, str] = {
    "client/core/attributes.py": "the table of all attributes",
    "client/highmobility/mapping.py": "the table of all properties",
    "sensor.py": "the table of all sensors",
}

MODULES = sorted(path for path in PACKAGE.rglob("*.py"))
CLIENT_MODULES = [path for path in MODULES if path.is_relative_to(CLIENT)]
PARTS = sorted(path.name for path in CLIENT.iterdir() if (path / "__init__.py").exists())
SOURCES = [part for part in PARTS if part not in {CLIENT_WIRING, *CLIENT_CORE}]
PLATFORMS = [path for path in MODULES if path.parent == PACKAGE and path.name not in WIRING]
ACTIONS = [path for path in MODULES if path.parent == PACKAGE / "services"]


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


type Check = Callable[[Path], None]


def each(paths: list[Path]) -> Callable[[Check], Callable[[], None]]:
    """Make a test of a check of each of these files, which names all that fail."""

    def decorate(check: Check) -> Callable[[], None]:
        def test() -> None:
            assert paths
            failures = {name(path): failure(check, path) for path in paths}
            assert {path: text for path, text in failures.items() if text} == {}

        return test

    return decorate


def failure(check: Check, path: Path) -> str | None:
    try:
        check(path)
    except AssertionError as error:
        return str(error) or "not so"
    return None


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Return what a file imports: "homeassistant.core", or ".client.mybmw" seen from the package.

    A relative import that leaves the package begins with two dots.
    """
    package = path.relative_to(PACKAGE).parts[:-1]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module)
        elif isinstance(node, ast.ImportFrom):
            yield from relative(node, package)


def relative(node: ast.ImportFrom, package: tuple[str, ...]) -> Iterator[str]:
    up = node.level - 1
    if up > len(package):
        yield ".."
        return
    start = package[: len(package) - up]
    if node.module is not None:
        yield "." + ".".join((*start, node.module))
        return
    for alias in node.names:
        parts = (*start, alias.name)
        known = (PACKAGE.joinpath(*parts)).with_suffix(".py").exists()
        known = known or PACKAGE.joinpath(*parts).is_dir()
        yield "." + ".".join(parts if known else start)


def absolute(path: Path) -> set[str]:
    return {found for found in imports(path) if not found.startswith(".")}


def own(path: Path) -> set[str]:
    return {found[1:] for found in imports(path) if found.startswith(".")}


def test_there_is_something_to_check() -> None:
    assert {"cardata", "connecteddrive", "highmobility", "mybmw"} == set(SOURCES)
    assert ACTIONS
    assert len(CLIENT_MODULES) > 20
    assert {"sensor.py", "coordinator.py"} <= {path.name for path in PLATFORMS}


@each(CLIENT_MODULES)
def test_client_knows_no_home_assistant(path: Path) -> None:
    """The client imports nothing of Home Assistant, and itself only relatively."""
    for found in absolute(path):
        assert not found.startswith((*HOME_ASSISTANT, "custom_components", "tests")), found


@each(CLIENT_MODULES)
def test_client_imports_nothing_above_itself(path: Path) -> None:
    for found in own(path):
        assert found == "client" or found.startswith("client."), found


@each([path for path in CLIENT_MODULES if CLIENT_WIRING not in path.parts])
def test_layers_of_the_client(path: Path) -> None:
    """A source never imports another one, and the core imports nothing above itself."""
    folder = path.relative_to(PACKAGE).parent.as_posix()
    if path.name == "__main__.py":
        return
    for found in own(path):
        place = PACKAGE.joinpath(*found.split("."))
        layer = (place if place.is_dir() else place.parent).relative_to(PACKAGE).as_posix()
        assert layer in LAYERS[folder] | {folder}, found


@each([*PLATFORMS, *ACTIONS])
def test_platforms_use_the_door(path: Path) -> None:
    for found in own(path):
        if found.startswith("client"):
            assert found in SHARED | (RECORDS if path in ACTIONS else set()), found


@each([path for path in MODULES if path not in CLIENT_MODULES])
def test_only_its_module_knows_a_source(path: Path) -> None:
    """All else goes through the registry, which imports the module late."""
    for found in own(path):
        for source in SOURCES:
            if found.startswith((f"client.{source}", f"sources.{source}")):
                assert name(path).startswith(f"sources/{source}"), found


@each(PLATFORMS)
def test_platforms_import_little(path: Path) -> None:
    """A platform needs the client's door, entity, coordinator, const, errors, Home Assistant."""
    if path.stem in NO_PLATFORMS:
        return
    assert own(path) <= SHARED
    for found in absolute(path):
        top = found.partition(".")[0]
        assert top in HOME_ASSISTANT or top in sys.stdlib_module_names, found


@pytest.mark.parametrize("folder", FOLDERS)
def test_layers_of_folders(folder: str) -> None:
    """Folders beside the platforms import little; a source knows its own client only."""
    for path in sorted((PACKAGE / folder).glob("*.py")):
        mine = {path.stem} if path.stem in SOURCES else set(SOURCES)
        for found in own(path):
            top, _, inside = found.partition(".")
            client = top == "client" and folder == "sources" and inside.partition(".")[0] in mine
            known = client or top == folder or top == "runtime" in FOLDERS[folder]
            assert known or found in FOLDERS[folder], f"{path.name}: {found}"


def test_no_circle() -> None:
    """No modules import each other in a circle, not even for types."""
    left = {module(path): imported(path) for path in MODULES}
    while free := {found for found, others in left.items() if others.isdisjoint(left)}:
        left = {found: others for found, others in left.items() if found not in free}
    assert left == {}


def module(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> set[str]:
    """Return the modules of the integration that a file imports, wherever it does so."""
    package, found = path.relative_to(PACKAGE).parts[:-1], set[str]()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.level:
            start = package[: len(package) - node.level + 1]
            base = ".".join((*start, *filter(None, [node.module])))
            names = {".".join(filter(None, (base, alias.name))) for alias in node.names}
            modules = {name for name in names if is_module(name)}
            found |= modules | ({base} if names - modules else set())
    return found - {module(path)}


def is_module(dotted: str) -> bool:
    place = PACKAGE.joinpath(*dotted.split("."))
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


@each(MODULES)
def test_files_are_short(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= 400 or name(path) in LONG_FILES


def test_long_files_are_long() -> None:
    """An exception that is not needed any more has to go."""
    for file in LONG_FILES:
        assert len((PACKAGE / file).read_text("utf-8").splitlines()) > 400, file


def lengths(path: Path) -> Iterator[tuple[str, int]]:
    """Return the functions of a file, with how many lines each has."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


@each(MODULES)
def test_functions_are_short(path: Path) -> None:
    assert [found for found in lengths(path) if found[1] > 40] == []


def test_most_functions_are_very_short() -> None:
    found = sorted((lines, where) for path in MODULES for where, lines in lengths(path))
    middle = median(lines for lines, _where in found)
    print(f"{len(found)} functions, median {middle} lines, longest {found[-3:]}")  # noqa: T201
    assert middle <= 7


def test_no_two_classes_have_the_same_name() -> None:
    """What is private to a file may be called as it is in another one."""
    names = Counter(
        node.name
        for path in MODULES
        for node in tree_of(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [found for found, times in names.items() if times > 1] == []


@each(MODULES)
def test_no_blind_except(path: Path) -> None:
    """Every handler names what it expects, but for that of work that has to go on."""
    if name(path) in SUPERVISORS:
        return
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"line {node.lineno}"
            names = {item.id for item in ast.walk(node.type) if isinstance(item, ast.Name)}
            assert not names & {"Exception", "BaseException"}, f"line {node.lineno}"


def test_times_are_read_in_one_place() -> None:
    found = [name(path) for path in MODULES if "datetime.fromisoformat" in path.read_text("utf-8")]
    assert found == ["client/core/convert.py"]


def test_every_part_is_installed() -> None:
    """The package that works without Home Assistant is the whole client."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    assert sorted(settings["packages"]) == sorted(
        ["mybmw_client", *(f"mybmw_client.{part}" for part in PARTS)]
    )


@each(MODULES)
def test_no_unions_are_built_to_check_a_value(path: Path) -> None:
    """`isinstance(x, A | B)` makes a new union each time, which costs more than the check."""
    checks = [
        node
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "isinstance"
    ]
    assert [node.lineno for node in checks if isinstance(node.args[1], ast.BinOp)] == []
