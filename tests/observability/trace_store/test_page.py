"""The trace store's page in a real browser, over the traces of a real demo."""

import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Link, format_trace_id
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from observability import names
from observability.thrift_exporter import thrift_exporter
from tests.behaviour.browser import chromium
from tests.behaviour.servers import ROOT, wait_until
from tests.observability.otlp_posts import PostedSpan, post_spans
from tests.observability.store_process import running_store

pytestmark = pytest.mark.slow

SAMPLE = ROOT / "notebooks" / "sample" / "traces.db.xz"
PHONE_PX = 390
TIMEOUT_S = 5


@dataclass
class TracePage:
    """What a person does with the page, and sees on it."""

    browser: Chrome
    url: str

    def open(self, path: str) -> None:
        """Go to an address, and wait until all is shown."""
        self.browser.get(self.url + path)
        self.ready()

    def ready(self) -> None:
        """Wait until the page shows what its address asks for."""
        wait_until(lambda: self.browser.find_elements(By.CSS_SELECTOR, "[data-ready]"), "the page")

    @property
    def text(self) -> str:
        """All that is to be read."""
        return self.browser.find_element(By.TAG_NAME, "main").text

    def texts(self, css: str) -> list[str]:
        """What the elements say that a selector finds."""
        return [each.text for each in self.browser.find_elements(By.CSS_SELECTOR, css)]

    def click(self, css: str) -> None:
        """Click on the first element that a selector finds, in view."""
        self.browser.execute_script("document.querySelector(arguments[0]).click()", css)

    def follow(self, css: str) -> None:
        """Click on a link, and wait for what it leads to."""
        before = self.browser.current_url
        self.click(css)
        wait_until(lambda: self.browser.current_url != before, "another address")
        self.ready()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TracePage]:
    """The page over both servers' traces; at the end its console must be clean."""
    folder: Path = tmp_path_factory.mktemp("page")
    database = folder / "traces.db"
    database.write_bytes(lzma.decompress(SAMPLE.read_bytes()))
    with running_store("--db", str(database)) as store, chromium(folder / "profile") as browser:
        page = TracePage(browser, store.query)
        yield page
        complaints = browser.get_log("browser")  # type: ignore[no-untyped-call]
        assert [each["message"] for each in complaints] == []


def test_a_newcomer_sees_the_slow_write_and_what_in_it_is_slow(page: TracePage) -> None:
    # when somebody opens the page, and clicks on the first trace
    page.open("/")
    first = page.texts(".traces li")[0]
    assert "socket.send_message\nchallenge" in first
    page.follow(".traces li a")

    # then a sentence says where the time went, and the lines below show it
    sentence = page.texts("p.verdict")[0]
    assert "behind others. Of " in sentence
    assert "file.write took " in sentence
    assert "most of it encoding JSON (processor): " in sentence
    operations = page.texts(".waterfall .name")
    assert operations == [
        "socket.send_message",
        "database.create_message",
        "file.read",
        "file.write",
    ]
    assert "waiting for the disk (fsync): " in page.texts(".waterfall .inside")[-1]

    # and a click shows all that is known of the write
    page.click(".waterfall li:last-child summary")
    details = page.texts(".waterfall li:last-child dl")[0]
    for name in ("json.ms", "fsync.ms", "file.bytes", "own time"):
        assert name in details


def test_a_batch_leads_to_its_messages_and_back(page: TracePage) -> None:
    page.open("/search?service=solution&operation=message_processor.flush_messages")
    page.follow(".traces li a")
    batch = page.browser.current_url
    page.click(".waterfall summary")
    assert "messages of this batch" in page.text
    page.follow(".links a")
    assert page.texts("h2") == ["socket.send_message"]
    page.follow("main p a")
    assert page.browser.current_url == batch


def test_where_traces_were_sampled_it_says_what_is_missing(tmp_path: Path) -> None:
    # given a batch of ten messages, of which one was traced, and one message of another batch
    with running_store() as store, chromium(tmp_path / "profile") as browser:
        provider = TracerProvider(
            resource=Resource({SERVICE_NAME: "solution"}), shutdown_on_exit=False
        )
        exporter = thrift_exporter(f"{store.thrift}/api/traces?format=jaeger.thrift", TIMEOUT_S)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        tracer = provider.get_tracer("test")
        messages = [tracer.start_span(names.SEND_MESSAGE) for _ in range(2)]
        for message in messages:
            message.end()
        traced, alone = (message.get_span_context() for message in messages)
        tracer.start_span(
            names.FLUSH_MESSAGES, attributes={names.BATCH_SIZE: 10}, links=[Link(traced)]
        ).end()
        provider.shutdown()
        page = TracePage(browser, store.query)

        # then the message leads to the batch, which says how many of its messages were traced
        page.open(f"/trace/{format_trace_id(traced.trace_id)}")
        page.follow("main p a")
        page.click(".waterfall summary")
        assert "Traced of the 10 messages of this batch: 1" in page.text

        # and the other one says why there is no way
        page.open(f"/trace/{format_trace_id(alone.trace_id)}")
        assert "in a batch: its trace is not here" in page.text


def test_the_form_narrows_the_search(page: TracePage) -> None:
    page.open("/search?service=challenge&operation=&error=on&limit=100")
    assert len(page.texts(".traces li")) == 100
    assert all("It failed after " in text for text in page.texts(".traces .verdict"))
    page.open("/search?service=challenge&operation=socket.send_message&min=8000")
    durations = page.texts(".traces .duration")
    assert durations
    assert all(text.endswith(" s") and float(text[:-2]) >= 8 for text in durations)
    page.open("/search?service=challenge&operation=file.write&min=999999")
    assert "No trace fits" in page.text


def test_two_services_stand_side_by_side(page: TracePage) -> None:
    page.open("/compare?a=challenge&b=solution")
    rows = {row.rsplit(" ", 2)[0]: row.rsplit(" ", 2)[1:] for row in page.texts("tbody tr")}
    assert rows["socket.send_message"] == ["1.00", "1.00"]
    assert float(rows["file.write"][1]) < 0.2
    assert page.browser.find_elements(By.CSS_SELECTOR, "svg polyline")


@pytest.mark.parametrize("path", ["/", "/compare", "/search?service=solution"])
def test_a_phone_need_not_scroll_sideways(page: TracePage, path: str) -> None:
    size = page.browser.get_window_size()
    page.browser.set_window_size(PHONE_PX, 800)
    page.open(path)
    width = page.browser.execute_script("return document.documentElement.scrollWidth")
    shown = page.browser.execute_script("return document.documentElement.clientWidth")
    page.browser.set_window_size(size["width"], size["height"])
    assert width <= shown


def test_a_trace_that_is_not_there_is_told(page: TracePage) -> None:
    page.open("/trace/1234")
    assert "That did not work: trace not found" in page.text
    page.browser.get_log("browser")  # type: ignore[no-untyped-call]  # its 404


def test_a_store_without_spans_says_what_to_do(page: TracePage) -> None:
    with running_store() as store:
        TracePage(page.browser, store.query).open("/")
        assert "No spans have come yet" in page.text
        assert "make doctor" in page.text


def test_an_address_with_times_shows_what_was_then(page: TracePage) -> None:
    page.open("/search?service=challenge&operation=&start=1&end=2")
    assert "No trace fits" in page.text
    assert "Older ones are gone" not in page.text


def test_it_says_what_was_dropped(tmp_path: Path) -> None:
    spans = [PostedSpan(trace_id, trace_id, trace_id) for trace_id in range(1, 22)]
    bound = ("--max-traces", "20")
    with running_store(*bound) as store, chromium(tmp_path / "profile") as browser:
        post_spans(store.otlp, "chat", spans)
        page = TracePage(browser, store.query)
        page.open("/")
        assert "Older ones are gone" in page.text
        assert "1 trace, 1 span." in page.text
