"""Which server: the three of the workshop by their names, and any other by its address."""

from argparse import ArgumentTypeError
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Target:
    """A server of the workshop: where it listens, and the command that starts it there."""

    address: str
    start: str


TARGETS = {
    "challenge": Target("http://127.0.0.1:4001", "make challenge"),
    "solution": Target("http://127.0.0.1:4002", "make solution"),
    "attempt": Target("http://127.0.0.1:4000", ".venv/bin/python -m attempt"),
}
EXAMPLE = TARGETS["challenge"].address


def address_of(text: str) -> str:
    """The address of a server given by name or address; raises argparse's ArgumentTypeError."""
    if text in TARGETS:
        return TARGETS[text].address
    address = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(address)
        # A name without a port is more likely a misspelt server than a machine.
        right = parts.hostname and (parts.port or "://" in text) and parts.path in ("", "/")
        (parts.hostname or "").encode("idna")  # fails where it cannot be a name, as a..b
    except ValueError:
        right = False
    if not right or parts.scheme not in ("http", "https"):
        raise ArgumentTypeError(
            f"{text!r} is none of {', '.join(TARGETS)}, and no address like {EXAMPLE}"
        )
    return address.rstrip("/")


def hint(address: str) -> str:
    """What to do where nothing listens."""
    for target in TARGETS.values():
        if target.address == address:
            return f"'{target.start}' starts a server there"
    return "start a server there, or check the address"
