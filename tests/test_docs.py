"""The documentation: its links lead somewhere, and its tables say what the code does."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
import subprocess
from typing import Any, Final
from urllib.parse import unquote

from homeassistant.util.yaml import parse_yaml
import pytest
import voluptuous as vol

from custom_components.mybmw.services import ACTIONS
from script.lib.docs.blocks import pages

ROOT: Final = Path(__file__).parents[1]
INTEGRATION: Final = ROOT / "custom_components" / "mybmw"
DOCS: Final = ROOT / "docs"
TEXTS: Final[dict[str, Any]] = json.loads(
    (INTEGRATION / "translations" / "en.json").read_text("utf-8")
)
PAGES: Final = sorted(
    path
    for path in (*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "tests").rglob("*.md"))
    if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)
CODE: Final = sorted(
    path
    for folder in ("custom_components", "tests", "script")
    for path in (ROOT / folder).rglob("*.py")
)
LINK: Final = re.compile(r"\]\((?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
FENCE: Final = re.compile(r"^( *)```.*?^\1```$", re.DOTALL | re.MULTILINE)
HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
CITATION: Final = re.compile(
    r"(?P<page>cardata|highmobility|mybmw-app)\.md(?P<anchors>#[\w-]+(?:(?:, | and |\s+)#[\w-]+)*)"
)
FILE: Final = re.compile(
    r"(?<![\w/.-])(?:[\w.-]+/)+[\w.-]+\.(?:csv|json|md|py|toml|yaml|yml)\b|`[\w-]+\.(?:json|py|yaml)`"
)
PROTOCOLS: Final = ("cardata", "highmobility", "mybmw-app")
MADE_UP: Final = {"docs/protocols/example.md", "sources/example.py"}
SHOWN_FOLDERS: Final = (ROOT, INTEGRATION, INTEGRATION / "client", DOCS)


def each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "path", paths, ids=[path.relative_to(ROOT).as_posix() for path in paths]
    )


def prose(path: Path) -> str:
    """Return a page without its blocks of code."""
    return FENCE.sub("", path.read_text("utf-8"))


def anchors(path: Path) -> set[str]:
    """Return what a link to a heading of a page may name, as GitHub makes it."""
    texts = (re.sub(r"[^\w\- ]", "", heading) for heading in HEADING.findall(prose(path)))
    return {text.strip().lower().replace(" ", "-") for text in texts}


@each(PAGES)
def test_links(path: Path) -> None:
    """Every relative link leads to a file, and to a heading in it."""
    for link in LINK.finditer(prose(path)):
        if re.match(r"\w+:", link["path"]):
            continue
        target = (path.parent / unquote(link["path"])).resolve() if link["path"] else path
        assert target.exists(), link[0]
        assert target.is_relative_to(ROOT), link[0]
        if link["anchor"]:
            assert link["anchor"] in anchors(target), link[0]


def test_citations_of_the_protocols() -> None:
    """Every section that a docstring cites is there."""
    known = {page: anchors(DOCS / "protocols" / f"{page}.md") for page in PROTOCOLS}
    cited = {
        (citation["page"], anchor)
        for path in CODE
        for citation in CITATION.finditer(path.read_text("utf-8"))
        for anchor in re.findall(r"#([\w-]+)", citation["anchors"])
    }
    assert len(cited) > 20
    assert [(page, anchor) for page, anchor in sorted(cited) if anchor not in known[page]] == []


def test_nothing_cites_notes_that_are_not_here() -> None:
    """A section sign belongs to a public standard."""
    sign = "\N{SECTION SIGN}"
    lines = (line for path in CODE for line in path.read_text("utf-8").splitlines())
    assert [line for line in lines if sign in line and "RFC" not in line] == []


def test_pitfalls_are_numbered() -> None:
    page = (DOCS / "protocols" / "mybmw-app.md").read_text("utf-8")
    numbers = {int(number) for number in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    cited = {
        int(number)
        for path in CODE
        for number in re.findall(r"[pP]itfall (\d+)", path.read_text("utf-8"))
    }
    assert cited
    assert cited <= numbers


@each([ROOT / "CONTRIBUTING.md", DOCS / "architecture.md", DOCS / "decisions.md"])
def test_files_that_are_named_exist(path: Path) -> None:
    """A path is one of the repository, of the integration, of the client, or of the docs.

    A name alone is that of some file of the integration or of the repository.
    """
    names = {file.name for file in (*ROOT.glob("*"), *INTEGRATION.rglob("*"))}
    """A path is one of the repository, of the integration, or of the client."""
    named = {name.strip("`") for name in FILE.findall(path.read_text("utf-8"))}
    assert named
    for name in named - MADE_UP - names:
        assert any((folder / name).exists() for folder in SHOWN_FOLDERS), name


def test_generated_parts_are_up_to_date() -> None:
    """`script/docs` would write what is there."""
    written = list(pages())
    assert {path.name for path, _ in written} >= {"actions.md", "command-line.md", "entities.md"}
    assert [path.name for path, text in written if path.read_text("utf-8") != text] == [], (
        "run script/docs"
    )


def test_every_entity_is_listed() -> None:
    page = (DOCS / "entities.md").read_text("utf-8")
    golden = json.loads((ROOT / "tests" / "ha" / "golden.json").read_text("utf-8"))
    keys = {key for table in golden.values() for key in table}
    assert len(keys) > 400
    assert [key for key in sorted(keys) if f"| `{key}` |" not in page] == []


@pytest.mark.parametrize(
    ("path", "most"),
    [("README.md", 220), ("docs/protocols/cardata.md", 400), ("docs/protocols/mybmw-app.md", 400)],
)
def test_length(path: str, most: int) -> None:
    assert len((ROOT / path).read_text("utf-8").splitlines()) <= most


def test_pictures() -> None:
    """All are shown, and none is large."""
    texts = "".join(path.read_text("utf-8") for path in (ROOT / "README.md", *DOCS.glob("*.md")))
    shown = set(re.findall(r"(?:\]\(|=\")(?:docs/)?images/([\w.-]+)", texts))
    pictures = list((DOCS / "images").iterdir())
    assert {picture.name for picture in pictures} == shown
    assert [path.name for path in pictures if path.stat().st_size > 150_000] == []


def section_of(page: str, title: str) -> str:
    """Return what stands under a title, up to the next one of the same or a higher level."""
    found = re.search(
        rf"^(#+) {re.escape(title)}\n(.*?)(?=^#{{1,2}} |\Z)", page, re.DOTALL | re.MULTILINE
    )
    assert found is not None, title
    return found[2]


def test_every_action_has_a_section() -> None:
    page = (DOCS / "actions.md").read_text("utf-8")
    assert re.findall(r"^## mybmw\.(\w+)$", page, re.MULTILINE) == list(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_fields_of_an_action(action: str) -> None:
    """Every field is in the table, with whether it is required, and the example is accepted."""
    text = section_of((DOCS / "actions.md").read_text("utf-8"), f"mybmw.{action}")
    rows = dict(re.findall(r"^\| `(\w+)` \| (required|optional) \|", text, re.MULTILINE))
    assert rows == {
        str(field): "required" if isinstance(field, vol.Required) else "optional"
        for field in ACTIONS[action].fields
    }
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    call = parse_yaml(example)
    assert isinstance(call, dict)
    assert call["action"] == f"mybmw.{action}"
    assert vol.Schema(ACTIONS[action].fields)(call["data"])


def labels(form: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield key and name of all fields of a form."""
    yield from form.get("data", {}).items()
    for part in form.get("sections", {}).values():
        yield from labels(part)


def test_every_option_is_explained() -> None:
    """The tables name each option as the form does, with its key."""
    page = (DOCS / "options.md").read_text("utf-8")
    listed = set(re.findall(r"^\| (.+?) \| `(\w+)` \|", page, re.MULTILINE))
    expected = {
        (name, key) for form in TEXTS["options"]["step"].values() for key, name in labels(form)
    }
    assert listed == expected


@pytest.mark.parametrize(
    ("title", "steps"),
    [("BMW CarData", ("cardata",)), ("MyBMW app API", ("mybmw", "mybmw_captcha"))],
)
def test_every_field_of_the_set_up_is_explained(title: str, steps: tuple[str, ...]) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    explained = readme.partition(f"### {title}\n")[2].partition("\n#")[0].lower()
    for step in steps:
        for _, label in labels(TEXTS["config"]["step"][step]):
            assert label.lower() in explained, label


def test_library() -> None:
    """The program in the page is the one that the tests run."""
    page = (DOCS / "library.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert code == (ROOT / "tests" / "cli" / "example.py").read_text("utf-8")


def test_hooks_run_what_the_tests_run() -> None:
    """Every check of script/test is a hook, and every hook is local."""
    hooks = parse_yaml((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    assert isinstance(hooks, dict)
    assert {repository["repo"] for repository in hooks["repos"]} == {"local"}
    entries = [hook["entry"] for repository in hooks["repos"] for hook in repository["hooks"]]
    checks = re.findall(
        r"^check (ruff check|ruff format|mypy|pytest)",
        (ROOT / "script" / "test").read_text("utf-8"),
        re.MULTILINE,
    )
    assert len(checks) == 4
    assert [check for check in checks if not any(check in entry for entry in entries)] == []


def test_devcontainer_runs_the_same_set_up() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    assert container["postCreateCommand"] == "script/setup"


@pytest.mark.parametrize("script", ["docs", "screenshots", "test-browser"])
def test_scripts_can_be_read(script: str) -> None:
    subprocess.run(["bash", "-n", ROOT / "script" / script], check=True)
