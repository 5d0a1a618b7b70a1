"""Reads Thrift's binary protocol from a body in memory, for classes that Thrift generated.

It stands in the place of thrift's own TBinaryProtocol, for two reasons. With no transport below
it, a span is read in three quarters of the time. And it is bounded: one byte can become an object
of 100 bytes, so a body of 8 MB might cost a gigabyte. Whoever reads says where a part of the body
begins, and does not keep what was made of the last; no part is longer than MAX_SPAN_BYTES.
"""

from struct import Struct

from thrift.protocol.TProtocol import TProtocolBase, TProtocolException
from thrift.Thrift import TType

from observability.trace_store.records import MAX_SPAN_BYTES, BadPost

LIST = Struct("!bi")
MAP = Struct("!bbi")
UUID = Struct("16s")
BYTE, SHORT, INTEGER, LONG, DOUBLE = (Struct(f"!{form}") for form in "bhiqd")


class ThriftReader(TProtocolBase):  # type: ignore[misc]  # thrift has no types
    """The reading half of a protocol; the names of its methods are Thrift's.

    All of them raise EOFError where the body is cut off, BadPost where a part is too long,
    TProtocolException for other faults, and UnicodeDecodeError for a text that is not UTF-8.
    """

    def __init__(self, body: bytes) -> None:
        super().__init__(None)  # without a transport
        self._body = body
        self._at = 0
        self._end = 0

    def next_part(self) -> None:
        """From here on another MAX_SPAN_BYTES may be read."""
        self._end = min(self._at + MAX_SPAN_BYTES, len(self._body))

    def readFieldBegin(self) -> tuple[None, int, int]:
        """Name (which is not sent), type and number of a field; type STOP ends a struct."""
        kind = self.readByte()
        return (None, kind, 0) if kind == TType.STOP else (None, kind, self.readI16())

    def readListBegin(self) -> tuple[int, int]:
        """Type and number of the elements."""
        kind, size = self._unpack(LIST)
        self._check(size)
        return kind, size

    readSetBegin = readListBegin

    def readMapBegin(self) -> tuple[int, int, int]:
        """Types of keys and values, and how many there are."""
        key_kind, value_kind, size = self._unpack(MAP)
        self._check(size)
        return key_kind, value_kind, size

    def readBinary(self) -> bytes:
        """Bytes, with their length before them."""
        size = self.readI32()
        self._check(size)
        start = self._at
        self._at += size
        return self._body[start : self._at]

    def readUuid(self) -> None:
        """Skip 16 bytes: no field of ours is such an id."""
        self._unpack(UUID)

    def readBool(self) -> bool:
        """One byte."""
        return self.readByte() != 0

    def readByte(self) -> int:
        """One byte, with a sign as all numbers of Thrift."""
        return self._unpack(BYTE)[0]

    def readI16(self) -> int:
        """Two bytes."""
        return self._unpack(SHORT)[0]

    def readI32(self) -> int:
        """Four bytes."""
        return self._unpack(INTEGER)[0]

    def readI64(self) -> int:
        """Eight bytes."""
        return self._unpack(LONG)[0]

    def readDouble(self) -> float:
        """Eight bytes."""
        return self._unpack(DOUBLE)[0]

    def _unpack(self, form: Struct) -> tuple[int, ...]:
        start = self._at
        self._at += form.size
        if self._at > self._end:
            raise self._no_more()
        return form.unpack_from(self._body, start)

    def _check(self, size: int) -> None:
        """Refuse a length before anything is made of it: every element has at least a byte."""
        if size < 0:
            raise TProtocolException(message=f"Negative length: {size}")
        if self._at + size > self._end:
            raise self._no_more()

    def _no_more(self) -> Exception:
        if self._end == len(self._body):
            return EOFError("EOF: less is there than was announced")
        return BadPost(f"a span or process is longer than {MAX_SPAN_BYTES} bytes")
