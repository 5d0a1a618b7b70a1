"""The HTTP API and the chat page. Each route says what it takes and what comes back."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request, send_from_directory
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from observability.metrics import CONTENT_TYPE, ChatMetrics

from . import fields
from .auth import Auth
from .directory import Directory
from .errors import (
    BadField,
    BadJson,
    BadToken,
    ChatError,
    NotFound,
    ShuttingDown,
    StorageUnavailable,
    TooLarge,
)
from .history import History
from .limits import RateLimiter
from .models import ChatRoom
from .status import Status

log = logging.getLogger(__name__)

PAGE = Path(__file__).parent / "page"
MOST_MESSAGES, USUAL_MESSAGES = 100, 50  # of one page of history

Answer = Response | tuple[Response, int]


class Routes:
    """Answers HTTP requests with the parts that do the work."""

    def __init__(
        self,
        auth: Auth,
        directory: Directory,
        history: History,
        limiter: RateLimiter,
        metrics: ChatMetrics,
        status: Status,
        member_joined: Callable[[ChatRoom, str], None],
    ) -> None:
        self._auth = auth
        self._directory = directory
        self._history = history
        self._limiter = limiter
        self._metrics = metrics
        self._status = status
        self._member_joined = member_joined

    def blueprint(self) -> Blueprint:
        """All routes."""
        routes = Blueprint("chat", __name__)
        for method, rule, view in (
            ("GET", "/", self.index),
            ("GET", "/page/<name>", self.page),
            ("GET", "/health", self.health),
            ("GET", "/ready", self.ready),
            ("GET", "/metrics", self.metrics),
            ("POST", "/api/auth/signup", self.sign_up),
            ("POST", "/api/auth/login", self.log_in),
            ("POST", "/api/chatrooms", self.create_room),
            ("GET", "/api/chatrooms", self.list_rooms),
            ("POST", "/api/chatrooms/<room_id>/invite", self.invite),
            ("GET", "/api/chatrooms/<room_id>/messages", self.list_messages),
        ):
            routes.add_url_rule(rule, view_func=view, methods=[method])
        return routes

    def index(self) -> Answer:
        """The chat page."""
        return send_from_directory(PAGE, "index.html")

    def page(self, name: str) -> Answer:
        """The chat page's other files."""
        return send_from_directory(PAGE, name)

    def health(self) -> Answer:
        """Whether all data files are sound."""
        return jsonify(self._status.health())

    def ready(self) -> Answer:
        """200, the server's name and its traces' address while it takes messages; else 503."""
        status = self._status
        if not status.ready:
            raise ShuttingDown("the server is starting or shutting down")
        return jsonify(status="ok", server=status.package, traces=status.traces)

    def metrics(self) -> Answer:
        """The server's counters, for Prometheus."""
        return Response(self._metrics.exposition(), content_type=CONTENT_TYPE)

    def sign_up(self) -> Answer:
        """A new user. Takes username and password."""
        given = _body()
        username = fields.username(given.get("username"))
        password = fields.text(given, "password", fields.MAX_PASSWORD_CHARACTERS)
        self._auth.sign_up(username, password)
        return jsonify(username=username), 201

    def log_in(self) -> Answer:
        """A token. Takes username and password."""
        given = _body()
        username = fields.username(given.get("username"))
        password = fields.text(given, "password", fields.MAX_PASSWORD_CHARACTERS)
        return jsonify(token=self._auth.log_in(username, password), username=username)

    def create_room(self) -> Answer:
        """A new room with the caller in it. Takes a name and, optionally, participants."""
        creator = self._caller()
        given = _body()
        invited = fields.participants(given)
        room = self._directory.create_room(fields.room_name(given), creator, invited)
        for username in room.participants:
            self._member_joined(room, username)
        return jsonify(room.record()), 201

    def list_rooms(self) -> Answer:
        """The caller's rooms."""
        rooms = self._directory.rooms_of(self._caller())
        return jsonify(rooms=[room.record() for room in rooms])

    def invite(self, room_id: str) -> Answer:
        """One more member of a room. Takes a username; any member may invite."""
        room = self._directory.room(room_id, self._caller())
        username = fields.username(_body().get("username"))
        self._directory.invite(room, username)
        self._member_joined(room, username)
        return jsonify(room.record())

    def list_messages(self, room_id: str) -> Answer:
        """A page of a room's history, oldest first. Takes limit, and before or after."""
        room = self._directory.room(room_id, self._caller())
        given = request.args
        limit = fields.whole_number(given.get("limit"), "limit", 1, MOST_MESSAGES, USUAL_MESSAGES)
        before, after = given.get("before"), given.get("after")
        if before is not None and after is not None:
            raise BadField("give before or after, not both")
        return jsonify(messages=self._history.page(room.room_id, limit, before, after))

    def _caller(self) -> str:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise BadToken("send the header 'Authorization: Bearer TOKEN'; log in to get one")
        username = self._auth.username(token.strip())
        self._limiter.check(username)
        return username


def _body() -> dict[str, Any]:
    try:
        return fields.payload(request.get_json(force=True))
    except RequestEntityTooLarge:
        raise
    except (HTTPException, RecursionError):
        raise BadJson("the body must be one JSON object") from None


def answer_error(error: Exception) -> Answer:
    """Any error as clients get it; one that should not happen tells nothing of our insides."""
    if isinstance(error, ChatError):
        return jsonify(error=error.answer()), error.status
    if isinstance(error, RequestEntityTooLarge):
        return answer_error(TooLarge.over(current_app.config["MAX_CONTENT_LENGTH"]))
    if isinstance(error, HTTPException):
        problem = NotFound(f"there is nothing here for {request.method} {request.path[:100]}")
        return jsonify(error=problem.answer()), error.code or problem.status
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    if isinstance(error, OSError):
        return answer_error(StorageUnavailable("the server cannot read its disk; try again later"))
    return answer_error(ChatError("the server made a mistake; its log says which"))
