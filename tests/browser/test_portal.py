"""The bookmark that ticks boxes, run in a simulated page of BMW's portal, in both its forms."""

from collections.abc import Callable, Iterator
import importlib.util
from typing import Any, Final

from playwright.sync_api import Browser, Dialog, Page, expect
import pytest

from tests.replay.portal import Markup, portal_page, streamable

from .home import ROOT

TEXTS: Final = {
    "ticked": "{n} of {m} boxes are ticked",
    "partly": "{n} of {m}, but not all were loaded",
    "nothing": "not recognised",
}
SOME: Final = tuple(streamable()[:60:4])
PHONE: Final = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def module() -> Any:
    """Return what makes the bookmark, without Home Assistant."""
    path = ROOT / "custom_components" / "mybmw" / "sources" / "portal_script.py"
    spec = importlib.util.spec_from_file_location("portal_script", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


SCRIPT: Final = module()


class Portal:
    """A page of the portal, with what it has requested and what was said in dialogs.

    The clock of a page that is shown only moves if it is told to, so that no test waits for the
    timers of the page and the bookmark, nor depends on how long anything takes.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.let_time_pass: Callable[[int], None] = page.wait_for_timeout
        self.requests: list[str] = []
        self.said: list[str] = []
        self.typed = ""
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", self._answer)

    def _answer(self, dialog: Dialog) -> None:
        if dialog.type == "prompt":
            dialog.accept(self.typed)
        else:
            self.said.append(dialog.message)
            dialog.accept()

    def stop_clock(self) -> None:
        """Stop the clock of the page: its time passes only by `let_time_pass`."""
        self.page.clock.install(time=0)
        self.page.clock.pause_at(1)
        self.let_time_pass = self.page.clock.run_for

    def show(self, html: str) -> None:
        """Show a page, and let it load its first boxes."""
        self.stop_clock()
        self.page.set_content(html)
        self.let_time_pass(10_000)
        self.requests.clear()

    def choose_bookmark(self, text: str) -> None:
        """Open a bookmark with this address."""
        self.page.evaluate("(address) => { location.href = address }", text)
        self._wait()

    def use_console(self, text: str) -> None:
        """Type the line into the console, and paste the text into the window that opens."""
        self.typed = text
        session = self.page.context.new_cdp_session(self.page)
        given = {"expression": SCRIPT.CONSOLE, "includeCommandLineAPI": True, "replMode": True}
        session.send("Runtime.evaluate", {**given, "userGesture": True})
        self._wait()

    def _wait(self) -> None:
        for _ in range(600):
            if self.said:
                return
            self.let_time_pass(250)

    @property
    def ticked(self) -> list[str]:
        """What the page would save."""
        found: list[str] = self.page.evaluate("[...on].sort()")
        return found

    @property
    def untouched(self) -> bool:
        """Whether nothing was saved, and no other box or button was used."""
        others = "document.querySelectorAll('#newsletter:checked, #terms:checked').length"
        used: bool = self.page.evaluate(f"saved === null && asked.length === 0 && {others} === 0")
        return used


@pytest.fixture(params=[{}, PHONE], ids=["desktop", "phone"])
def portal(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Portal]:
    context = chromium.new_context(**request.param)
    context.set_default_timeout(20_000)
    yield Portal(context.new_page())
    context.close()


only_desktop = pytest.mark.parametrize("portal", [{}], indirect=True, ids=["desktop"])


@pytest.mark.parametrize("form", ["choose_bookmark", "use_console"])
@pytest.mark.parametrize("markup", ["table", "list", "rerender", "shadow"])
def test_everything(portal: Portal, markup: Markup, form: str) -> None:
    """All boxes are loaded and ticked, whatever the page is made of; nothing is saved or sent."""
    names = streamable()[:45]
    portal.show(portal_page(names, markup))
    getattr(portal, form)(SCRIPT.bookmark([], TEXTS))
    assert portal.said == ["45 of 45 boxes are ticked"]
    assert portal.ticked == names
    assert portal.untouched
    assert portal.requests == []


@pytest.mark.parametrize("form", ["choose_bookmark", "use_console"])
@pytest.mark.parametrize("markup", ["table", "shadow"])
def test_some(portal: Portal, markup: Markup, form: str) -> None:
    """Only what was wanted is ticked; what the car does not have is not counted."""
    portal.show(portal_page(streamable()[:60], markup))
    getattr(portal, form)(SCRIPT.bookmark([*SOME, "vehicle.not.there"], TEXTS))
    assert portal.said == [f"{len(SOME)} of {len(SOME)} boxes are ticked"]
    assert portal.ticked == sorted(SOME)
    assert portal.untouched


def test_whole_catalogue(portal: Portal) -> None:
    """It has as many boxes as the real one."""
    portal.show(portal_page())
    portal.choose_bookmark(SCRIPT.bookmark([], TEXTS))
    assert portal.said == ["245 of 245 boxes are ticked"]
    assert portal.ticked == streamable()


@only_desktop
def test_page_forbids_eval(portal: Portal) -> None:
    """A console may do what the scripts of the page may not.

    The clock is the real one: what the driver of the browser runs may evaluate text as well.
    """
    address, rule = "https://portal.example/", "script-src 'unsafe-inline'"
    answer = {"body": portal_page(streamable()[:20]), "content_type": "text/html"}
    headers = {"content-security-policy": rule}
    portal.page.route(address, lambda route: route.fulfill(**answer, headers=headers))
    portal.page.goto(address)
    # Waiting for an expression would evaluate it in the page, which is what is forbidden
    portal.page.locator("[type=checkbox]").first.wait_for(state="attached")
    tried = "try { eval('1') } catch (error) { document.title = error.name }"
    portal.page.add_script_tag(content=f"setTimeout(() => {{ {tried} }})")
    expect(portal.page).to_have_title("EvalError")
    portal.use_console(SCRIPT.bookmark([], TEXTS))
    assert portal.said == ["20 of 20 boxes are ticked"]


@only_desktop
def test_slow_network(portal: Portal) -> None:
    """It waits for what is loaded."""
    portal.show(portal_page(streamable()[:25], latency=4000))
    portal.choose_bookmark(SCRIPT.bookmark([], TEXTS))
    assert portal.said == ["25 of 25 boxes are ticked"]


def test_again(portal: Portal) -> None:
    """What is ticked stays so."""
    portal.show(portal_page(streamable()[:30]))
    for _ in range(2):
        portal.said.clear()
        portal.choose_bookmark(SCRIPT.bookmark([], TEXTS))
        assert portal.said == ["30 of 30 boxes are ticked"]
    portal.page.get_by_role("button", name="Save").click()
    assert portal.page.evaluate("saved") == streamable()[:30]


@only_desktop
def test_loading_fails(portal: Portal) -> None:
    """It says so if the rest does not come."""
    portal.show(portal_page(streamable()[:30]))
    portal.page.evaluate("pick('#load').replaceWith(pick('#load').cloneNode(true))")
    portal.choose_bookmark(SCRIPT.bookmark([], TEXTS))
    assert portal.said == ["10 of 10, but not all were loaded"]


@pytest.mark.parametrize(
    "page",
    [
        "<h1>Welcome</h1>",
        "<label><input type=checkbox> Cookies</label><button>Load more</button>",
        "<p>vehicle.isMoving</p><input type=checkbox><input type=checkbox><button>More</button>",
    ],
    ids=["empty", "cookies", "others"],
)
def test_other_page(portal: Portal, page: str) -> None:
    """On a page that it does not know it does nothing."""
    portal.show(
        f"{page}<script>on = []; saved = null; asked = []; onclick = () => asked.push(1)</script>"
    )
    portal.choose_bookmark(SCRIPT.bookmark([], TEXTS))
    assert portal.said == ["not recognised"]
    assert portal.page.evaluate("asked.length") == 0
    assert portal.page.locator("input:checked").count() == 0
    assert portal.requests == []


def test_text_is_an_address() -> None:
    """Browsers would decode percent signs, and drop ends of lines."""
    text = SCRIPT.bookmark([], {**TEXTS, "ticked": "100 % {n} „{m}“"})
    assert "%" not in text
    assert "\n" not in text
