"""What the integration needs of others: declared where it is imported, and with bounds."""

import ast
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from importlib.util import find_spec
import json
from pathlib import Path
import re
import sys
import tomllib
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
import pytest

from custom_components import mybmw

INTEGRATION: Final = Path(mybmw.__file__).parent
ROOT: Final = INTEGRATION.parent.parent
CLIENT: Final = INTEGRATION / "client"
MANIFEST: Final[dict[str, Any]] = json.loads((INTEGRATION / "manifest.json").read_bytes())
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# Home Assistant decides on the version of these, whose numbers say nothing about what breaks
UNBOUND: Final = {"cryptography", "pillow"}
# The engine of Home Assistant under the name that it has for everybody
ALIASES: Final = {"voluptuous": "probatio"}
LOGGER: Final = re.compile(r"getLogger\(([^()]+)\)")


def declared(requirements: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(item.name): item for item in map(Requirement, requirements)}


def imported(folder: Path) -> Iterator[str]:
    """Yield the modules of others that the code imports."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                yield node.module.partition(".")[0]


def distributions(folder: Path) -> set[str]:
    """Return the packages that the code imports from."""
    others = set(imported(folder)) - sys.stdlib_module_names - {"homeassistant"}
    known = packages_distributions()
    names = (ALIASES.get(name, name) for name in others)
    return {canonicalize_name(known[name][0]) for name in names}


def test_client_declares_what_it_imports() -> None:
    needed = declared(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["china"])
    assert distributions(CLIENT) == needed.keys()


def test_integration_declares_what_it_imports() -> None:
    """Home Assistant itself has the rest, and nothing is declared that is not imported."""
    needed = declared(MANIFEST["requirements"])
    core = declared(requires("homeassistant") or [])
    assert distributions(INTEGRATION) - core.keys() == needed.keys()


@pytest.mark.parametrize("requirement", MANIFEST["requirements"] + PROJECT["dependencies"], ids=str)
def test_bounds(requirement: str) -> None:
    """A release that may break us is not installed, such as aiomqtt 3, which is without paho."""
    item = Requirement(requirement)
    (lowest,) = (part.version for part in item.specifier if part.operator == ">=")
    assert item.specifier.contains(lowest)
    major = int(lowest.partition(".")[0])
    free = canonicalize_name(item.name) in UNBOUND
    bound = f"{major + 1}.0.0a1"
    assert item.specifier.contains(bound, prereleases=True) is free


def test_both_declare_the_same_bounds() -> None:
    """The client in Home Assistant is the one that may be installed alone."""
    client, integration = declared(PROJECT["dependencies"]), declared(MANIFEST["requirements"])
    for name in client.keys() & integration.keys():
        assert _bounds(client[name]) == _bounds(integration[name]), name


def _bounds(requirement: Requirement) -> set[tuple[str, str]]:
    return {(part.operator, part.version.removesuffix(".0")) for part in requirement.specifier}


def test_loggers() -> None:
    """Debug logging of the integration includes the packages that it brings along."""
    known = packages_distributions()
    names: set[str] = set()
    for requirement in declared(MANIFEST["requirements"]):
        (package,) = (name for name, owners in known.items() if requirement in owners)
        names |= set(loggers(package))
    assert names == set(MANIFEST["loggers"])


def loggers(package: str) -> Iterator[str]:
    """Yield the first part of the names of a package's loggers."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    for path in Path(spec.origin).parent.rglob("*.py"):
        for argument in LOGGER.findall(path.read_text("utf-8")):
            yield package if argument == "__name__" else argument.strip("\"'").partition(".")[0]
