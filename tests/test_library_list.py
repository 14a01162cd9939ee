"""The list of what the library's tests check: every line of it has a test of ours, or a reason."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
import re
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
LIST: Final = Path(__file__).with_name("library.md")
ROW: Final = re.compile(r"\| (?P<number>\d+) \| (?P<what>[^|]+) \| (?P<proof>[^|]+) \|")
TEST: Final = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
PROOF: Final = re.compile(rf"{TEST.pattern}(, {TEST.pattern})*(; .+)?")
REASON: Final = re.compile(r"not here: .{20,}")
# How many lines each part has
LINES: Final = {
    "Account": 39,
    "API helpers": 10,
    "Command line": 17,
    "Remote services": 29,
    "Utils": 5,
    "Vehicle": 17,
    "Vehicle status": 20,
}


class Line(NamedTuple):
    """One line of the list."""

    part: str
    number: int
    what: str
    proof: str

    @property
    def name(self) -> str:
        return f"{self.part} {self.number}: {self.what}"


def lines() -> Iterator[Line]:
    """Read the list."""
    part = ""
    for text in LIST.read_text("utf-8").splitlines():
        if text.startswith("## "):
            part = text.removeprefix("## ")
        elif match := ROW.fullmatch(text):
            yield Line(part, int(match["number"]), match["what"], match["proof"])
        else:
            assert not text.startswith("|") or text.startswith(("| # |", "|---|")), text


@cache
def names_in(file: str) -> frozenset[str]:
    """Return the names of the functions in a file, none if there is no such file."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return frozenset(node.name for node in nodes if isinstance(node, functions))


ALL: Final = tuple(lines())


def test_nothing_is_left_out() -> None:
    for part, count in LINES.items():
        numbers = [line.number for line in ALL if line.part == part]
        assert numbers == list(range(1, count + 1)), part
    assert len(ALL) == sum(LINES.values())


def test_each_line_is_answered() -> None:
    for line in ALL:
        assert PROOF.fullmatch(line.proof) or REASON.fullmatch(line.proof), line.name


def test_named_tests_exist() -> None:
    missing = [
        f"{line.name}: {file}::{name}"
        for line in ALL
        for file, name in TEST.findall(line.proof)
        if name not in names_in(file)
    ]
    assert missing == []
