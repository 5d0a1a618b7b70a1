"""WebSocket messages are bounded as a whole, and unmasked as eventlet unmasks them."""

import random

import pytest
from eventlet.websocket import FailedConnectionError, RFC6455WebSocket
from hypothesis import given
from hypothesis import strategies as st

from challenge.websocket import BoundedMessage, unmask

TEXT = 1  # an opcode
MAX_BYTES = 100


def a_message() -> BoundedMessage:
    """An empty one, of text."""
    return BoundedMessage(TEXT, MAX_BYTES, decoder=RFC6455WebSocket.UTF8Decoder())


@given(
    data=st.binary(max_size=40),
    mask=st.tuples(*[st.integers(0, 255)] * 4),
    offset=st.integers(0, 10),
)
def test_unmasking_does_what_eventlet_does(data: bytes, mask: tuple[int, ...], offset: int) -> None:
    theirs = RFC6455WebSocket._apply_mask(data, mask, len(data), offset)
    assert unmask(data, mask, len(data), offset) == theirs


def test_masking_twice_is_not_masking() -> None:
    data = random.Random(1).randbytes(49_152)
    mask = (1, 2, 3, 254)
    assert unmask(unmask(data, mask, len(data)), mask, len(data)) == data


def test_a_message_may_come_in_frames() -> None:
    message = a_message()
    for part in ("새해 ".encode(), b"", "복 많이".encode()):
        message.push(part)
    message.push(b".", final=True)
    assert message.getvalue() == "새해 복 많이."


@pytest.mark.parametrize("frames", [[101], [60, 41], [1] * 101, [0] * 101, [100, 0]])
def test_frames_are_too_many_together_when_one_would_be_too_long(frames: list[int]) -> None:
    message = a_message()
    with pytest.raises(FailedConnectionError, match="at most 100 bytes") as failure:
        for length in frames:
            message.push(b"x" * length)
    assert failure.value.status == 1009


def test_as_long_as_may_be_is_not_too_long() -> None:
    message = a_message()
    message.push(b"x" * 99)
    message.push(b"x", final=True)
    assert len(message.getvalue()) == MAX_BYTES
