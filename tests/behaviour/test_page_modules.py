"""The chat page's modules alone, in the browser: what only luck would bring about from outside."""

from collections.abc import Iterator

import pytest

from tests.behaviour.browser import ChatPage, chromium
from tests.behaviour.servers import ServerProcess

# All servers serve the same page.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("package", ["challenge"], indirect=True),
]


@pytest.fixture(scope="module")
def page(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatPage]:
    """The page before the log-in: nothing in it moves by itself."""
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield ChatPage(browser, server.url)


def test_live_messages_wait_for_the_history_and_come_once(page: ChatPage) -> None:
    shown = page.run("""
        const { Feed } = await import("./page/feed.js");
        const shown = [];
        const list = { clear() {}, prepend() {}, append: (messages) => shown.push(...messages) };
        let answer;
        const feed = new Feed(() => new Promise((resolve) => (answer = resolve)), list);
        const loading = feed.open();
        feed.receive({ id: "b" });
        feed.receive({ id: "c" });
        answer([{ id: "a" }, { id: "b" }]);
        await loading;
        feed.receive({ id: "c" });
        feed.receive({ id: "d" });
        return shown.map((message) => message.id);
    """)
    assert shown == ["a", "b", "c", "d"]


def test_a_long_run_does_not_grow_the_page(page: ChatPage) -> None:
    rows = page.run("""
        const { MessageList } = await import("./page/messages.js");
        const list = new MessageList("mina");
        for (let n = 1; n <= 1200; n++) {
          list.append([{ id: String(n), sender: "joon", content: "hi", timestamp: "" }]);
          if (n % 300 === 0) await new Promise((drawn) => requestAnimationFrame(drawn));
        }
        const rows = document.querySelectorAll("#messages > li");
        return [...rows].map((row) => Number(row.dataset.id));
    """)
    assert rows == list(range(701, 1201))


def test_after_a_lost_connection_stored_messages_are_recognised(page: ChatPage) -> None:
    """By the server's id if it was acknowledged, by the content otherwise; the rest has failed."""
    outcomes = page.run("""
        const { Outbox } = await import("./page/outbox.js");
        const outbox = new Outbox(() => {});
        const texts = ["same", "same", "other", "never"];
        const entries = texts.map((text) => outbox.add("r", text, null));
        outbox.acknowledge(entries[2], { status: "queued", id: "3" });
        outbox.connectionLost();
        const later = outbox.add("r", "same", null);
        for (const id of ["1", "2", "3", "4"]) {
          outbox.receipt({ id, roomId: "r", content: id === "3" ? "?" : "same" });
        }
        outbox.giveUp();
        return [...entries, later].map(({ status, deliveredMs }) => [status, deliveredMs]);
    """)
    assert outcomes == [
        ["delivered", None],
        ["delivered", None],
        ["delivered", None],
        ["failed", None],
        ["waiting", None],
    ]


def test_a_broadcast_after_all_still_counts(page: ChatPage) -> None:
    outcome = page.run("""
        const { Outbox } = await import("./page/outbox.js");
        const outbox = new Outbox(() => {});
        const entry = outbox.add("r", "slow", null);
        outbox.connectionLost();
        outbox.giveUp();
        const given = entry.status;
        outbox.deliver({ id: "1", clientId: entry.clientId });
        outbox.deliver({ id: "1", clientId: entry.clientId });
        return [given, entry.status, entry.deliveredMs >= 0, outbox.size];
    """)
    assert outcome == ["failed", "delivered", True, 0]


def test_a_trace_is_linked_once_its_address_is_known_and_of_the_web(page: ChatPage) -> None:
    """An early link waits, unseen; no address runs a script or leads back to the chat."""
    early, later = page.run("""
        const { showTracesAt, traceLink } = await import("./page/traces.js");
        const link = traceLink("00ab");
        document.body.append(link);
        const seen = [];
        const addresses = [
          null, "", "javascript:alert(1)", "data:text/html,x", "//traces", "traces:16686",
          "https://traces/ui/",
        ];
        for (const address of addresses) {
          showTracesAt(address);
          seen.push([link.href, link.checkVisibility(), link.rel]);
        }
        link.remove();
        return [seen.slice(0, -1), seen.at(-1)];
    """)
    assert early == 6 * [["", False, "noopener"]]
    assert later == ["https://traces/ui/trace/00ab", True, "noopener"]
