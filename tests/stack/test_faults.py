"""The servers with faults: each has its role, and the broken copy is broken in one place."""

from pathlib import Path

from load_test.experiment.processes import PROJECT
from tests.stack.faults import FAULTS, MISCOUNTING, roles


def test_every_fault_has_its_server(tmp_path: Path) -> None:
    assert [role.job for role in roles(tmp_path)] == [fault.job for fault in FAULTS]


def test_one_copy_is_broken_and_ours_is_not(tmp_path: Path) -> None:
    roles(tmp_path)
    ours = (PROJECT / MISCOUNTING.file).read_text()
    theirs = (tmp_path / "miscounting" / MISCOUNTING.file).read_text()
    assert theirs == ours.replace(MISCOUNTING.old, MISCOUNTING.new) != ours
