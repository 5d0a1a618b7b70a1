"""What a server refuses, the chat page tells, with the reason and a way on."""

import pytest

from tests.behaviour.client import PASSWORD, ChatUser
from tests.behaviour.conftest import Start, Visit
from tests.behaviour.servers import ServerProcess, wait_until

# All servers refuse alike.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("package", ["challenge"], indirect=True),
]


def test_a_wrong_password_and_a_stale_session_are_told(visit: Visit, server: ServerProcess) -> None:
    user = ChatUser(server)
    page = visit(server)

    page.enter(user.name, "not the password")
    page.wait_for("log-in-form", "bad_credentials")
    page.enter(user.name, PASSWORD)
    page.wait_for("state", "Connected")

    # The session outlives a reload, but not its token.
    page.browser.refresh()
    page.wait_for("who", user.name)
    page.run("""
        const { saveSession } = await import("./page/session.js");
        saveSession({ token: "stale", username: "mina" });
    """)
    page.browser.refresh()
    page.wait_for("log-in-notice", "Your session has ended")


def test_a_refused_message_keeps_its_reason_and_can_be_sent_again(
    visit: Visit, start: Start
) -> None:
    page = visit(start("--max-queue-messages", "1"))
    page.sign_up("mina", PASSWORD)
    page.make_room("Rooftop")

    page.greet(rate=200, seconds=1)
    page.wait_for("greetings-status", "200 of 200 sent")
    page.wait_for("greetings-status", "· 0 waiting")
    page.wait_for("outbox", "queue_full")
    refused = page.text("#outbox .content")
    assert refused not in [row.content for row in page.rows()]

    page.element("#outbox li button").click()
    wait_until(lambda: page.rows()[-1].content == refused, "the message that was sent again")
    page.element("#dismiss-all").click()
    assert page.text("#outbox") == ""
