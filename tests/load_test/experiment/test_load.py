"""A load is made before the run: one frame for each message, and ledgers that fit."""

from load_test.experiment.arrivals import make_schedule
from load_test.experiment.evening import Evening
from load_test.experiment.load import Load
from load_test.experiment.prepared import Prepared


def test_a_load_has_a_frame_for_each_message_and_each_lone_one(
    prepared: Prepared, settings: Evening
) -> None:
    schedule = make_schedule(settings.phases, settings)

    load = Load.make(settings.phases, schedule, prepared, lone_messages=3)

    assert (len(load.frames), load.lone_messages) == (len(schedule) + 3, 3)
    assert len(load.ledger().senders) == len(schedule)
    assert len(load.lone_ledger().senders) == len(schedule) + 3
    assert load.rooms == [0, 1, 0, 1]
