"""Files that are full after a few messages, with right answers and a wrong one."""

from pathlib import Path

import pytest

from load_test.experiment.processes import PROJECT
from tests.checklist.scenarios import rotation
from tests.checklist.scenarios.rotation import BY_THE_CHALLENGE, Rotation
from tests.checklist.staging import open_stages
from tests.checklist.submission import Submission
from tests.checklist.zoo.animal import ATTEMPT, Animal, Edit, lent, make

# A grading waits while another one on this machine measures alone.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
WRONG = Animal(
    "wrong",
    "rotates one late, writes in place, strips what it stores, and repeats pages for ever",
    edits=(
        lent("history after an id off by one"),
        lent("batch one over the end of a file"),
        lent("in-place write"),
        Edit(
            "data_manager.py",
            "added = [message.record(created_at) for message in fitting]",
            "added = [message.record(created_at) for message in fitting]\n"
            "        for each in added:\n"
            '            each["content"] = each["content"].strip()',
        ),
    ),
)


def see(package: Path) -> Rotation:
    """The rotation of a submission."""
    with open_stages(Submission("somebody", package), seed=6) as stages:
        return rotation.run(stages.stage("rotation"))


@pytest.mark.parametrize("name", ["challenge", "solution"])
def test_a_right_answer_fills_each_file_and_serves_it_all(name: str) -> None:
    seen = see(PROJECT / name)

    sizes = [len(file.records) for file in seen.stored.files]
    assert sizes[:-1] == [seen.per_file] * 5
    assert sorted(number for number in seen.numbers if number is not None) == list(
        range(len(seen.sent))
    )
    contents = [seen.sent[number or 0].content for number in seen.numbers]
    assert contents == [record["content"] for record in seen.stored.records]
    assert [each.when for each in seen.readings[-2:]] == [BY_THE_CHALLENGE] * 2
    assert len(seen.readings) == 6
    for reading in seen.readings:
        assert reading.problem == ""
        assert reading.stored == reading.backwards == reading.forwards
    assert (seen.torn, seen.stored.leftovers, seen.changed_under_reader) == ((), [], False)
    assert (seen.written_in_place or 0, seen.removed or 0) == (0, 0)


def test_what_is_wrong_is_seen(tmp_path: Path) -> None:
    make(WRONG, tmp_path)
    seen = see(tmp_path / ATTEMPT)

    assert len(seen.stored.files[0].records) == seen.per_file + 1
    assert seen.changed_under_reader
    assert seen.written_in_place is None or seen.written_in_place > 0
    assert None not in seen.numbers
    stripped = [seen.sent[number or 0].content.strip() for number in seen.numbers]
    assert stripped == [record["content"] for record in seen.stored.records]
    assert stripped != [seen.sent[number or 0].content for number in seen.numbers]
    assert any(len(reading.forwards) > len(reading.stored) for reading in seen.readings)
