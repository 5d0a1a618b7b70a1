"""Lines of a graph, and ports; the process itself is tried by `python -m tests.stack`."""

import math
import socket

from tests.stack.prometheus import Series, free_port


def test_only_numbers_are_values() -> None:
    series = Series({}, [(1.0, 5.0), (2.0, math.nan), (3.0, math.inf), (4.0, 0.0)])
    assert series.values == [5.0, 0.0]
    assert Series({}, [(1.0, math.nan)]).values == []


def test_a_free_port_can_be_taken() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))
