"""Thrift's binary protocol: what thrift itself writes is read, within the bounds of a part."""

import struct

import pytest
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.Thrift import TType
from thrift.transport.TTransport import TMemoryBuffer

from observability.trace_store.records import MAX_SPAN_BYTES, BadPost
from observability.trace_store.thrift_reader import ThriftReader


def reader_of(body: bytes) -> ThriftReader:
    """A reader at the start of a part."""
    reader = ThriftReader(body)
    reader.next_part()
    return reader


def test_what_thrift_writes_is_read() -> None:
    # given one value of each kind, written by thrift
    buffer = TMemoryBuffer()
    thrift = TBinaryProtocol(buffer)
    thrift.writeBool(True)
    thrift.writeByte(-1)
    thrift.writeI16(-2)
    thrift.writeI32(2**31 - 1)
    thrift.writeI64(-(2**63))
    thrift.writeDouble(0.5)
    thrift.writeString("새해 복")
    thrift.writeListBegin(TType.BOOL, 3)
    thrift.writeFieldBegin("", TType.STRING, 7)
    thrift.writeFieldStop()

    # when they are read in their order
    reader = reader_of(buffer.getvalue() + b"\x01" * 3)

    # then they are the same
    assert reader.readBool() is True
    assert (reader.readByte(), reader.readI16()) == (-1, -2)
    assert (reader.readI32(), reader.readI64()) == (2**31 - 1, -(2**63))
    assert reader.readDouble() == 0.5
    assert reader.readString() == "새해 복"
    assert reader.readListBegin() == (TType.BOOL, 3)
    assert reader.readFieldBegin() == (None, TType.STRING, 7)
    assert reader.readFieldBegin() == (None, TType.STOP, 0)


def test_every_kind_of_field_can_be_skipped() -> None:
    body = (
        struct.pack("!bhi", TType.STRING, 1, 2) + b"ab"
        + struct.pack("!bhbib", TType.LIST, 2, TType.BYTE, 1, 5)
        + struct.pack("!bhbib", TType.SET, 3, TType.BOOL, 1, 1)
        + struct.pack("!bhbbibh", TType.MAP, 4, TType.BYTE, TType.I16, 1, 5, 6)
        + struct.pack("!bh16s", TType.UUID, 5, b"")
        + struct.pack("!bhd", TType.DOUBLE, 6, 0.5)
        + b"\x00"
    )  # fmt: skip
    reader = reader_of(body + b"\x2a")

    reader.skip(TType.STRUCT)

    assert reader.readByte() == 42


def test_a_part_may_not_be_longer_than_a_span_may_be() -> None:
    # given a text that is a little too long, in a body that holds it
    reader = reader_of(struct.pack("!i", MAX_SPAN_BYTES) + bytes(MAX_SPAN_BYTES) + bytes(9))

    with pytest.raises(BadPost, match=f"longer than {MAX_SPAN_BYTES} bytes"):
        reader.readBinary()


def test_another_part_may_be_as_long_again() -> None:
    text = struct.pack("!i", MAX_SPAN_BYTES - 4) + bytes(MAX_SPAN_BYTES - 4)
    reader = reader_of(text * 2)

    assert len(reader.readBinary()) == MAX_SPAN_BYTES - 4
    reader.next_part()
    assert len(reader.readBinary()) == MAX_SPAN_BYTES - 4


def test_what_is_cut_off_ends() -> None:
    with pytest.raises(EOFError):
        reader_of(b"\x00\x00\x00\x05abc").readBinary()
    with pytest.raises(EOFError):
        reader_of(b"\x00\x00").readI32()
