"""Whether the servers that run do what they are for: a message goes in, and comes back."""

import time
from typing import Any

import requests
import socketio

from observability.doctor.finding import Finding, ok, problem, warning

SERVERS = {"challenge": 4001, "solution": 4002, "attempt": 4000}
# The doctor's own user and room: the same each time, so that they do not become many.
USER = {"username": "doctor", "password": "make doctor"}
ROOM = "doctor's room"
ANSWER_S = 10.0  # a challenge under load takes longer, and that is worth a warning
SLOW_S = 1.0


class Unwell(Exception):
    """Raised when a server does not do what it should; the text says what."""


def check_server(package: str, url: str) -> Finding:
    """Send a message through a server; one that does not run is no problem."""
    try:
        ready = requests.get(f"{url}/ready", timeout=ANSWER_S)
    except requests.RequestException:
        return ok(package, f"does not run; start it with: make {package}")
    if ready.status_code == 503:
        return warning(package, "is starting or shutting down", "wait a moment and look again")
    try:
        seconds = message_round_trip_s(url)
    except (Unwell, requests.RequestException, socketio.exceptions.SocketIOError) as error:
        return problem(package, f"at {url}: {error}", "its log, in its terminal, says more")
    found = f"a message came back after {seconds * 1000:.0f} ms"
    if seconds > SLOW_S:
        return warning(package, found, "it is busy: is a load test running? see its /metrics")
    return ok(package, found)


def message_round_trip_s(url: str) -> float:
    """Seconds from sending a message to its own broadcast. Raises Unwell if it does not come."""
    requests.post(f"{url}/api/auth/signup", json=USER, timeout=ANSWER_S)  # perhaps long ago
    token = _answer(requests.post(f"{url}/api/auth/login", json=USER, timeout=ANSWER_S))["token"]
    headers = {"Authorization": f"Bearer {token}"}
    rooms_url = f"{url}/api/chatrooms"
    rooms = _answer(requests.get(rooms_url, headers=headers, timeout=ANSWER_S))["rooms"]
    room = rooms[0] if rooms else _answer(
        requests.post(rooms_url, json={"name": ROOM}, headers=headers, timeout=ANSWER_S)
    )  # fmt: skip
    with socketio.SimpleClient() as client:
        client.connect(url, auth={"token": token}, transports=["websocket"])
        started_s = time.perf_counter()
        payload = {"roomId": room["roomId"], "content": "are you well?"}
        answer = client.call("send_message", payload, timeout=ANSWER_S)
        if answer.get("status") not in ("stored", "queued"):
            raise Unwell(f"a message was refused: {answer}")
        while time.perf_counter() - started_s < ANSWER_S:
            event, message = client.receive(timeout=ANSWER_S)
            if event == "message" and message["id"] == answer["id"]:
                return time.perf_counter() - started_s
    raise Unwell(f"a message was accepted, and did not come back within {ANSWER_S:.0f} s")


def _answer(response: requests.Response) -> dict[str, Any]:
    if response.status_code >= 400:
        raise Unwell(f"{response.request.method} {response.url} was answered {response.text[:200]}")
    body: dict[str, Any] = response.json()
    return body
