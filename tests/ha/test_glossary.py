"""Languages use the words that Home Assistant uses itself.

A glossary holds, by the English text, the forms that it uses for words, with those of another
gender, and the names of its buttons and pages, which texts have to call as the user sees them.
"""

from functools import cache
import json
from pathlib import Path
import re
from typing import Final

import pytest

from tests.ha.test_translations import LANGUAGES, flat, translations

FOLDER: Final = Path(__file__).parent / "glossary"
OTHERS: Final = [language for language in LANGUAGES if language != "en"]


@pytest.fixture(autouse=True)
def _custom_integrations() -> None:
    """Nothing here needs a Home Assistant."""


@cache
def words(language: str) -> dict[str, list[str]]:
    content: dict[str, dict[str, list[str]]] = json.loads(
        (FOLDER / f"{language}.json").read_text(encoding="utf-8")
    )
    return content["words"]


@cache
def screens(language: str) -> dict[str, str]:
    content: dict[str, dict[str, str]] = json.loads(
        (FOLDER / f"{language}.json").read_text(encoding="utf-8")
    )
    return content["screens"]


def test_every_language_has_one() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_words(language: str) -> None:
    """A text that is such a word as a whole."""
    english, known = flat(translations()), words(language)
    wrong = {
        path: (english[path], text)
        for path, text in flat(translations(language)).items()
        if english[path] in known and text not in known[english[path]]
    }
    assert wrong == {}


@pytest.mark.parametrize("language", OTHERS)
def test_screens(language: str) -> None:
    """A text that sends the user to a button or page."""
    english = flat(translations())
    wrong = {
        path: (name, text)
        for path, text in flat(translations(language)).items()
        for name, seen in screens(language).items()
        if re.search(rf"\b{name}\b", english[path]) and seen not in text
    }
    assert wrong == {}
