"""What can go wrong, each with the code that clients see.

Routes and socket events turn these into answers in one place each. Messages are sentences for
the person in front of the client: what was wrong, and what would be right.
"""

from typing import Self


class ChatError(Exception):
    """Something the client is told. The base of all others; `code` and `status` say which."""

    code = "internal"
    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def answer(self) -> dict[str, str]:
        """The error as clients get it."""
        return {"code": self.code, "message": self.message}


class BadJson(ChatError):
    """A request's body or an event's packet is not the JSON it should be."""

    code, status = "bad_json", 400


class BadField(ChatError):
    """A field is missing, of the wrong type, too long, or names a message that is not there."""

    code, status = "bad_field", 400


class BadToken(ChatError):
    """A token is missing, forged or expired."""

    code, status = "bad_token", 401


class BadCredentials(ChatError):
    """User name and password do not fit; which of the two is wrong is not said."""

    code, status = "bad_credentials", 401


class RoomNotFound(ChatError):
    """There is no such room, or the caller is not a member: strangers cannot tell which."""

    code, status = "room_not_found", 404


class NotFound(ChatError):
    """There is no such user or page."""

    code, status = "not_found", 404


class UnknownEvent(ChatError):
    """A client sent an event that no client may send."""

    code, status = "unknown_event", 404


class NameTaken(ChatError):
    """Somebody else has signed up under this name."""

    code, status = "name_taken", 409


class TooLarge(ChatError):
    """A request's body is larger than any right one could be."""

    code, status = "too_large", 413

    @classmethod
    def over(cls, max_bytes: int) -> Self:
        """What to say when somebody has sent more than that."""
        flag = "the server's flag --max-frame-bytes sets this"
        return cls(f"a request may have at most {max_bytes:,} bytes; {flag}")


class RateLimited(ChatError):
    """One user sends faster than the server lets anybody."""

    code, status = "rate_limited", 429


class QueueFull(ChatError):
    """As many messages wait as may wait; the sender should try again later."""

    code, status = "queue_full", 503


class StorageUnavailable(ChatError):
    """The disk refuses to store, and waiting for it has come to its end."""

    code, status = "storage_unavailable", 503


class ShuttingDown(ChatError):
    """The server is about to end and accepts nothing new."""

    code, status = "shutting_down", 503


class DamagedFile(Exception):
    """A data file does not hold the JSON array of records it should. Clients never see this."""
