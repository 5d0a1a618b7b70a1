"""The chat page, as a person uses it in a browser, against the real servers."""

import re
import signal

import pytest
from selenium.webdriver.common.by import By

from tests.behaviour.client import PASSWORD, ChatUser, contents
from tests.behaviour.conftest import Start, Visit
from tests.behaviour.servers import ServerProcess, wait_until

# All servers serve the same page, and a browser is slow: only what hangs on the server's way of
# storing runs against both.
both = pytest.mark.parametrize("package", ["challenge", "solution"], indirect=True)
challenge = pytest.mark.parametrize("package", ["challenge"], indirect=True)
solution = pytest.mark.parametrize("package", ["solution"], indirect=True)

ANSWERS = {"challenge": "stored", "solution": "queued"}
PHONE_WIDTH_PX = 360


@both
def test_sign_up_and_send_with_the_keyboard(
    visit: Visit, server: ServerProcess, package: str
) -> None:
    page = visit(server)
    page.sign_up("mina", PASSWORD)
    assert page.text("#server") == package

    page.make_room("Rooftop")
    page.type("새해 복 많이 받으세요")

    [row] = page.wait_for_rows(1)
    assert (row.sender, row.content) == ("You", "새해 복 많이 받으세요")
    page.wait_for("messages", f"answered “{ANSWERS[package]}”")
    page.wait_for("acknowledgement", ANSWERS[package])
    time_shown = re.search(r"stored after ([\d,]+ ms)", row.receipt)
    assert time_shown, row
    page.wait_for("last", time_shown[1])
    assert page.dots() == 1
    assert page.complaints() == []


@pytest.mark.slow
@challenge
def test_two_users_see_each_other_and_text_stays_text(visit: Visit, server: ServerProcess) -> None:
    markup = "<img src=x onerror=alert(1)> & <b>bold</b>"
    with ChatUser(server) as bob:
        page = visit(server)
        page.sign_up("joon", PASSWORD)

        # Invited while connected: the room appears with its first message.
        room = {"name": "Harbour", "participants": ["joon"]}
        bob.send(bob.post("/api/chatrooms", room).json()["roomId"], markup)
        page.wait_for("room-name", "Harbour")
        [row] = page.wait_for_rows(1)
        assert row[1:] == (bob.name, markup, "")
        assert page.browser.find_elements(By.CSS_SELECTOR, "#messages img, #messages b") == []

        page.type("hello to you")
        page.wait_for_rows(2)
        assert contents(bob.wait_for(2)) == [markup, "hello to you"]


@pytest.mark.slow
@both
def test_greetings_at_a_rate_all_arrive_and_can_be_stopped(
    visit: Visit, server: ServerProcess
) -> None:
    page = visit(server)
    page.sign_up("hana", PASSWORD)
    page.make_room("Bell tower")

    page.greet(rate=50, seconds=2)
    page.wait_for("greetings-status", "100 of 100 sent · 100 delivered · 0 waiting · 0 failed")
    rows = page.wait_for_rows(100)
    assert [row.number for row in rows] == list(range(1, 101))
    assert all("stored after" in row.receipt for row in rows)
    wait_until(lambda: page.dots() == 100, "100 dots in the chart")

    page.greet(rate=20, seconds=60)
    page.wait_for("greet", "Stop")
    page.element("#greet").click()
    page.wait_for("greet", "Send greetings")
    page.wait_for("greetings-status", "· 0 waiting")
    assert "of 1,200 sent" in page.text("#greetings-status")
    assert len(page.rows()) < 200


@pytest.mark.slow
@both
def test_a_restart_loses_and_doubles_nothing(visit: Visit, start: Start) -> None:
    server = start()
    page = visit(server)
    bob = ChatUser(server)
    page.sign_up("mina", PASSWORD)
    page.make_room("Rooftop", bob.name)
    page.type("before")
    page.wait_for_rows(1)
    room = bob.get("/api/chatrooms").json()["rooms"][0]["roomId"]

    # Gone; back elsewhere, where the page does not find it; and back where it was.
    port = server.port
    assert server.stop() == 0
    page.wait_for("state", "Connection lost")
    page.type("typed in between")
    elsewhere = start()
    missed = [f"missed {n}" for n in range(120)]  # more than one page of history
    with ChatUser(elsewhere, bob.name) as bob:
        bob.start_sending(room, missed, [])
        bob.wait_for(len(missed))
    assert elsewhere.stop() == 0
    again = start(port=port)
    page.wait_for("state", "Connected")

    rows = page.wait_for_rows(1 + len(missed))
    assert [row.content for row in rows] == ["before", *missed]
    page.type(", sent afterwards")
    rows = page.wait_for_rows(2 + len(missed))
    assert rows[-1].content == "typed in between, sent afterwards"
    stored = ChatUser(again, bob.name).whole_history(room)
    assert [row.id for row in rows] == [message["id"] for message in stored]


@pytest.mark.slow
@solution
def test_what_a_stop_left_open_gets_an_outcome(visit: Visit, start: Start) -> None:
    server = start()
    page = visit(server)
    page.sign_up("mina", PASSWORD)
    page.make_room("Rooftop")

    # Killed in the middle of greetings; what it stored unseen is found in the history.
    page.greet(rate=100, seconds=30)
    page.wait_for("messages", "(30)")
    server.stop(signal.SIGKILL)
    page.wait_for("state", "Connection lost")
    page.wait_for("greet", "Send greetings")
    again = start(port=server.port)
    page.wait_for("greetings-status", "· 0 waiting")

    status = page.text("#greetings-status").replace(",", "")
    sent, _, delivered, _, failed = (int(figure) for figure in re.findall(r"\d+", status))
    assert sent == delivered + failed
    rows = page.wait_for_rows(delivered)
    mina = ChatUser(again, "mina")
    stored = mina.whole_history(mina.get("/api/chatrooms").json()["rooms"][0]["roomId"])
    assert [row.id for row in rows] == [message["id"] for message in stored]


@pytest.mark.slow
@challenge
def test_older_messages_come_on_demand(visit: Visit, server: ServerProcess) -> None:
    sent = [f"message {n}" for n in range(70)]
    with ChatUser(server) as user:
        room = user.room()
        user.start_sending(room, sent, [])
        user.wait_for(len(sent))

    page = visit(server)
    page.enter(user.name, PASSWORD)
    page.wait_for_rows(50)
    page.element("#older").click()

    rows = page.wait_for_rows(70)
    assert [row.content for row in rows] == sent
    wait_until(lambda: not page.shows("older"), "no offer of older messages at the start")


@pytest.mark.slow
@challenge
def test_a_phone_shows_all_without_scrolling_sideways(visit: Visit, server: ServerProcess) -> None:
    with ChatUser(server, "W" * 32) as user:
        room = user.room(name="W" * 64)
        user.send(room, "W" * 400)
    page = visit(server)
    page.become_phone(PHONE_WIDTH_PX)
    page.enter(user.name, PASSWORD)
    page.wait_for_rows(1)
    assert page.run("return document.documentElement.scrollWidth") == PHONE_WIDTH_PX
    assert page.element("#messages").size["height"] > PHONE_WIDTH_PX / 2
