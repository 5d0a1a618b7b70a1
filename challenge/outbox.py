"""What waits for one client, in bytes, and whether that client takes it."""

from engineio.packet import Packet
from eventlet.queue import Empty, Queue

LOOK_INTERVAL_S = 0.25
STALLED_S = 2.0
STALLED_BYTES = 1_000_000  # so far behind, a client that takes nothing is cut
MOST_BYTES = 32_000_000  # and so far, any: that is twice what may wait to be stored
# As many as Engine.IO's Python client reads in one polling answer; of more it would drop all.
PACKETS_AT_ONCE = 16
# With more at once, the writer of a slow client would have nothing to show for seconds.
BYTES_AT_ONCE = 16_384


class Outbox(Queue):
    """Engine.IO's queue of packets for a client, from which its writer takes what it can send.

    The writer gets only a few at once, so that what has not been sent is here to be counted.
    """

    def _init(self, maxsize: int | None) -> None:
        super()._init(maxsize)
        self.waiting_bytes = 0
        self._taken = self._taken_at_last_look = 0  # packets, ever
        self._packets_left = self._bytes_left = 0  # to be taken at once
        self._looks_stalled = self._looks_too_full = 0

    def get(self, block: bool = True, timeout: float | None = None) -> Packet | None:
        """The next packet. The writer waits for one, then asks for more without waiting."""
        if block:
            self._packets_left, self._bytes_left = PACKETS_AT_ONCE, BYTES_AT_ONCE
        elif not self._packets_left or self._bytes_left <= 0:
            raise Empty
        packet: Packet | None = super().get(block, timeout)
        self._packets_left -= 1
        self._bytes_left -= _size(packet)
        return packet

    def _put(self, packet: Packet | None) -> None:
        super()._put(packet)
        self.waiting_bytes += _size(packet)

    def _get(self) -> Packet | None:
        packet: Packet | None = super()._get()
        self.waiting_bytes -= _size(packet)
        self._taken += 1
        return packet

    def look(self) -> str:
        """Why its client must be cut, or an empty text. To be called every LOOK_INTERVAL_S.

        Counts looks and not seconds, so that a client has the more time the busier the server is.
        """
        stalled = self.waiting_bytes > STALLED_BYTES and self._taken == self._taken_at_last_look
        self._taken_at_last_look = self._taken
        self._looks_stalled = self._looks_stalled + 1 if stalled else 0
        too_full = self.waiting_bytes > MOST_BYTES
        self._looks_too_full = self._looks_too_full + 1 if too_full else 0
        if self._looks_stalled * LOOK_INTERVAL_S >= STALLED_S:
            return f"it took none of {self.waiting_bytes:,} bytes for {STALLED_S:g} s"
        if self._looks_too_full > 1:  # the first may be a burst that it is about to take
            return f"{self.waiting_bytes:,} bytes wait for it"
        return ""


def _size(packet: Packet | None) -> int:
    return len(packet.data) if packet and packet.data else 0
