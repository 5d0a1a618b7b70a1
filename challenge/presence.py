"""Who is connected, and through which connections."""

from collections import defaultdict
from collections.abc import Collection

from observability.metrics import ChatMetrics

from .errors import RateLimited


class Presence:
    """The connections of all users, of each at most `max_per_user`."""

    def __init__(self, max_per_user: int, metrics: ChatMetrics) -> None:
        self._max_per_user = max_per_user
        self._metrics = metrics
        self._usernames: dict[str, str] = {}  # by connection
        self._connections: defaultdict[str, set[str]] = defaultdict(set)  # by username

    def enter(self, sid: str, username: str) -> None:
        """A user has connected; raises RateLimited if that is one connection too many."""
        if len(self.connections(username)) >= self._max_per_user:
            raise RateLimited(
                f"at most {self._max_per_user:,} connections of one user at a time; "
                "the server's flag --max-connections-per-user sets this"
            )
        self._usernames[sid] = username
        self._connections[username].add(sid)
        self._metrics.clients = len(self._usernames)

    def leave(self, sid: str) -> str | None:
        """A connection has gone. Returns its user, if that was their last one."""
        username = self._usernames.pop(sid, None)
        self._metrics.clients = len(self._usernames)
        if username is None:
            return None
        self._connections[username].discard(sid)
        if self._connections[username]:
            return None
        del self._connections[username]
        return username

    def username(self, sid: str | None) -> str | None:
        """Whose connection it is, if it is one."""
        return self._usernames.get(sid) if sid else None

    def connections(self, username: str) -> Collection[str]:
        """The connections of a user."""
        return self._connections.get(username, ())
