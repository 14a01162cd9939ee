"""The card of every car of the simulated garage: light and dark, on a phone and on a desk."""

from typing import Final

from playwright.sync_api import Browser, Page, ViewportSize, expect

from . import hostile
from .card import DASHBOARD, Car, faults, go, listen, named, shown, unfolded
from .conftest import opened
from .home import Home

SIZES: Final = (ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900))
SCHEMES: Final = ("light", "dark")
SMALL: Final = ViewportSize(width=360, height=800)
_BROKEN: Final = r"""(labels) => labels.flatMap((label) => {
  const texts = document.createTreeWalker(label, NodeFilter.SHOW_TEXT), range = new Range();
  const {left, right} = label.parentElement.getBoundingClientRect(), found = [];
  while (texts.nextNode())
    for (const {0: word, index} of texts.currentNode.data.matchAll(/\S+/g)) {
      range.setStart(texts.currentNode, index);
      range.setEnd(texts.currentNode, index + word.length);
      const drawn = [...range.getClientRects()];
      const outside = drawn.some((box) => box.left < left || box.right > right);
      if (drawn.length > 1 || outside) found.push(word);
    }
  return found;
})"""


def test_every_car(known: list[Car], page: Page) -> None:
    """No part of a card misses a text or is too wide, and nothing fails in the console."""
    errors, wrong = listen(page), dict[str, list[str]]()
    usual = [car for car in known if hostile.MARK not in car.name]
    assert len(usual) > 12
    for car in usual:
        go(page, car.device_id)
        card = shown(page, car.name)
        for number, size in enumerate(SIZES):
            page.set_viewport_size(size)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                where = f"{car.name}, {scheme}, {size['width']}"
                wrong[where] = faults(card)
            for part in unfolded(card) if number == 0 else ():
                wrong[f"{where}, {part}"] = faults(card)
    assert {where: found for where, found in wrong.items() if found} == {}
    assert errors == []


def test_hostile_texts(known: list[Car], page: Page) -> None:
    """Texts of BMW and of users are shown as texts in every part."""
    car = next(item for item in known if hostile.MARK in item.name)
    errors = listen(page)
    go(page, car.device_id)
    card = shown(page, car.name)
    expect(card.locator(".name")).to_contain_text("<script>window.broken=1</script>")
    expect(card.locator(".warnings")).to_contain_text("<img src=x")
    page.set_viewport_size(SIZES[0])
    for part in unfolded(card):
        assert card.locator("script, img[src=x], iframe").count() == 0, part
        assert [fault for fault in faults(card) if fault.startswith("overflow")] == [], part
    assert page.evaluate("window.broken") is None
    assert errors == []


def test_long_words(garage: Home, known: list[Car], chromium: Browser) -> None:
    """On a small German phone the rows of buttons wrap; no word does."""
    with opened(chromium, viewport=SMALL) as context:
        context.add_init_script("localStorage.selectedLanguage = '\"de\"'")
        car = named(known, "X5 xDrive50e")
        page = Home(garage.url, garage.control, context).open(f"/{DASHBOARD}/{car.device_id}")
        card = shown(page, car.name)
        expect(card.locator(".command").filter(has_text="Klimatisierung").first).to_be_visible()
        assert card.locator(".command .clamp, .fold .clamp").evaluate_all(_BROKEN) == []
        assert faults(card) == []
