"""The chat page in a real browser: finding one, starting it, using the page as a person would."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.behaviour.servers import wait_until

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRIVER = "chromedriver"
INSTALL = "apt-get install -y chromium chromium-driver"
WIDTH_PX, HEIGHT_PX = 1280, 800
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # the tests may run as root, in a container
    "--disable-gpu",
    f"--window-size={WIDTH_PX},{HEIGHT_PX}",
    # It calls nobody but the server under test.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TEXT = """const found = document.querySelector(arguments[0]);
return found?.checkVisibility() ? found.innerText : "";"""
OPEN = "document.querySelector(arguments[0]).open = true;"
ROWS = """return [...document.querySelectorAll("#messages > li")].map((row) => [
  row.dataset.id,
  row.querySelector(".from bdi").textContent,
  row.querySelector(".content").textContent,
  row.querySelector(".receipt")?.textContent ?? "",
]);"""


class Row(NamedTuple):
    """One message as the page shows it; `receipt` only below messages that this page sent."""

    id: str
    sender: str
    content: str
    receipt: str

    @property
    def number(self) -> int:
        """The number that ends a greeting."""
        return int(self.content.rpartition("(")[2].rstrip(")"))


@contextmanager
def chromium(profile: Path) -> Iterator[Chrome]:
    """A headless browser with an empty profile.

    Skips the test where none is installed, or fails it if REQUIRE_BROWSER is 1.
    """
    binary = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    driver = shutil.which(DRIVER)
    if binary is None or driver is None:
        reason = f"the browser test needs Chromium and {DRIVER}, for example: {INSTALL}"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    options = ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # With the driver's path given, Selenium does not try to download one.
    browser = Chrome(options=options, service=Service(driver))
    try:
        yield browser
    finally:
        browser.quit()


class ChatPage:
    """What a person does with the chat page, and sees on it. Elements go by their ids."""

    def __init__(self, browser: Chrome, url: str) -> None:
        self.browser = browser
        browser.get(url)
        wait_until(lambda: self.shows("log-in"), "the log-in form")

    def element(self, css: str) -> WebElement:
        """The first element that a CSS selector finds."""
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def text(self, css: str) -> str:
        """The visible text of an element; empty while there is none to see."""
        return str(self.browser.execute_script(TEXT, css))

    def shows(self, element_id: str) -> bool:
        """Whether an element is visible."""
        return self.element(f"#{element_id}").is_displayed()

    def wait_for(self, element_id: str, text: str, timeout_s: float = 10) -> None:
        """Wait until an element's text contains this one."""
        css = f"#{element_id}"
        wait_until(lambda: text in self.text(css), f"{text!r} in {css}", timeout_s)

    def become_phone(self, width_px: int) -> None:
        """Look like a phone from now on."""
        size = {"width": width_px, "height": 2 * width_px, "deviceScaleFactor": 1, "mobile": True}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def enter(self, name: str, password: str, button: str = "log-in") -> None:
        """Fill in the log-in form and press ``log-in`` or ``sign-up``."""
        for field, value in (("username", name), ("password", password)):
            self.fill(f"#log-in-form [name={field}]", value)
        self.element(f"#log-in-form [value={button}]").click()

    def sign_up(self, name: str, password: str) -> None:
        """Become a new user and wait until the chat is connected."""
        self.enter(name, password, "sign-up")
        self.wait_for("state", "Connected")

    def fill(self, css: str, value: object) -> None:
        """Replace what an input holds."""
        box = self.element(css)
        box.clear()
        box.send_keys(str(value))

    def _opens(self, form_id: str) -> bool:
        """Whether a folded form is open; opens it if it is not."""
        self.browser.execute_script(OPEN, f"#{form_id}-details")
        return self.shows(form_id)

    def make_room(self, name: str, *others: str) -> None:
        """Make a room and wait until it is open."""
        # The page opens the form by itself for who has no room yet: a click could close it again.
        wait_until(lambda: self._opens("new-room"), "the form for a new room")
        self.fill("#new-room [name=name]", name)
        self.fill("#new-room [name=participants]", ", ".join(others))
        self.element("#new-room button").click()
        self.wait_for("room-name", name)

    def type(self, content: str) -> None:
        """Write a message and send it with the keyboard."""
        self.element("#content").send_keys(content + Keys.ENTER)

    def greet(self, rate: int, seconds: int) -> None:
        """Start a run of greetings."""
        self.fill("#greetings [name=rate]", rate)
        self.fill("#greetings [name=seconds]", seconds)
        self.element("#greet").click()

    def rows(self) -> list[Row]:
        """All messages in the list, from top to bottom."""
        return [Row(*row) for row in self.browser.execute_script(ROWS)]

    def wait_for_rows(self, count: int, timeout_s: float = 20) -> list[Row]:
        """Wait until the list has exactly so many messages; they."""
        counting = "return document.querySelectorAll('#messages > li').length"
        wait_until(
            lambda: self.browser.execute_script(counting) == count,
            f"{count} messages on the page",
            timeout_s,
        )
        return self.rows()

    def dots(self) -> int:
        """How many messages the chart shows."""
        return int(self.element("#chart").get_attribute("data-points") or 0)

    def run(self, script: str) -> Any:
        """Run an async function's body in the page, which may import its modules; its result."""
        code = "const done = arguments[0]; (async () => {%s})().then(done, (e) => done(String(e)));"
        return self.browser.execute_async_script(code % script)

    def complaints(self) -> list[str]:
        """What the browser's console holds against the page since it was last asked."""
        return [
            f"{entry['source']}: {entry['message']}"
            for entry in self.browser.get_log("browser")  # type: ignore[no-untyped-call]
            if entry["level"] == "SEVERE"
        ]
