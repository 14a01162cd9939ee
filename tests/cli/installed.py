"""The client as `pip install .` installs it, without asking a package index for a build tool."""

from compileall import compile_dir
from importlib.metadata import EntryPoint
from pathlib import Path
import shutil
import tomllib
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
FORBIDDEN: Final = ("aiohttp", "custom_components", "homeassistant", "voluptuous")

_HURRY: Final = """
import asyncio

_sleep = asyncio.sleep


async def hurry(delay, result=None):
    return await _sleep(min(delay, 0.01), result)


asyncio.sleep = hurry
"""
_SCRIPT: Final = """\
import sys

from {module} import {attribute}

sys.exit({attribute}())
"""


def install(where: Path) -> None:
    """Install what `pyproject.toml` names into `where/site`.

    Beside it lie `where/absent`, which keeps Home Assistant from being imported, and
    `where/hurry`, without long pauses.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    settings = project["tool"]["setuptools"]
    for package in settings["packages"]:
        _copy(package, where / "site", settings)
    _describe(where / "site", project["project"])
    compile_dir(where / "site", quiet=1)
    for name in FORBIDDEN:
        module = where / "absent" / name / "__init__.py"
        module.parent.mkdir(parents=True)
        module.write_text(f"raise ImportError('{name} is not for the client')\n")
    (where / "hurry").mkdir()
    (where / "hurry" / "sitecustomize.py").write_text(_HURRY)


def _copy(package: str, site: Path, settings: dict[str, Any]) -> None:
    top, *inner = package.split(".")
    source = ROOT.joinpath(settings["package-dir"][top], *inner)
    target = site.joinpath(top, *inner)
    target.mkdir(parents=True, exist_ok=True)
    for pattern in ("*.py", *settings["package-data"]["*"]):
        for file in source.glob(pattern):
            shutil.copy(file, target)


def _describe(site: Path, project: dict[str, Any]) -> None:
    """Write what `importlib.metadata` reads, and the scripts."""
    metadata = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir()
    lines = ("Metadata-Version: 2.4", f"Name: {project['name']}", f"Version: {project['version']}")
    (metadata / "METADATA").write_text("\n".join((*lines, "")))
    for name, reference in project["scripts"].items():
        entry = EntryPoint(name, reference, "console_scripts")
        script = _SCRIPT.format(module=entry.module, attribute=entry.attr)
        (site / name).with_suffix(".py").write_text(script)
