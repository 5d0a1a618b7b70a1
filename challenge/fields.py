"""Checks of what clients send. Each returns the checked value or raises BadField with what would
be right. None of them gives way to another greenlet: handlers rely on that (see socket_handler).
"""

import re
from typing import Any

from .errors import BadField, BadJson

MAX_CONTENT_CHARACTERS = 4_000
MAX_PASSWORD_CHARACTERS = 200  # hashing reads all of it
MAX_CLIENT_ID_CHARACTERS = 100
MAX_PARTICIPANTS = 1_000

USERNAME = re.compile(r"[\w-]{1,32}")
ROOM_NAME = re.compile(r"[\w' -]{1,64}")
USERNAME_RULE = "1 to 32 letters, digits, '_' or '-'"
ROOM_NAME_RULE = "1 to 64 letters, digits, spaces, ', '_' or '-'"


def payload(value: Any) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise BadJson('send one JSON object, such as {"roomId": "..."}')
    return value


def text(fields: dict[str, Any], name: str, most: int) -> str:
    """A text of 1 to `most` characters that is not only white space."""
    value = fields.get(name)
    if not isinstance(value, str):
        raise BadField(f"{name} must be a text")
    if not value.strip():
        raise BadField(f"{name} must not be empty")
    if len(value) > most:
        raise BadField(f"{name} must have at most {most:,} characters, not {len(value):,}")
    try:
        value.encode()
    except UnicodeEncodeError:
        # JSON can carry half a surrogate pair, which no file can: found here, not in the batch.
        raise BadField(f"{name} must be valid Unicode, without lone surrogates") from None
    return value


def username(value: Any) -> str:
    """A user name."""
    if not isinstance(value, str) or not USERNAME.fullmatch(value):
        raise BadField(f"a username must have {USERNAME_RULE}")
    return value


def room_name(fields: dict[str, Any]) -> str:
    """A room's name; it need not be unique."""
    value = fields.get("name")
    if not isinstance(value, str) or not ROOM_NAME.fullmatch(value) or not value.strip():
        raise BadField(f"name must have {ROOM_NAME_RULE}")
    return value


def participants(fields: dict[str, Any]) -> list[str]:
    """A list of user names, without doubles; empty if it is not given."""
    value = fields.get("participants", [])
    if not isinstance(value, list) or len(value) > MAX_PARTICIPANTS:
        raise BadField(f"participants must be a list of at most {MAX_PARTICIPANTS:,} usernames")
    return list(dict.fromkeys(username(each) for each in value))


def optional_text(fields: dict[str, Any], name: str, most: int) -> str | None:
    """A text like `text`, or None if it is not given."""
    return None if fields.get(name) is None else text(fields, name, most)


def whole_number(value: str | None, name: str, low: int, high: int, default: int) -> int:
    """The number in a query's parameter, or `default` if there is none."""
    if value is None:
        return default
    digits = value.isascii() and value.isdigit() and len(value) < 10
    if not (digits and low <= int(value) <= high):
        raise BadField(f"{name} must be a whole number from {low} to {high}")
    return int(value)
