"""The card of every car of the simulated garage: light and dark, on a phone and on a desk."""

from typing import Final

from playwright.sync_api import Page, ViewportSize, expect

from . import hostile
from .card import Car, faults, go, listen, shown, unfolded

SIZES: Final = (ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900))
SCHEMES: Final = ("light", "dark")


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
