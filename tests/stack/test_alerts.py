"""What is wrong with alerts: too early, not expected, or without meaning."""

from tests.stack.alerts import MAY_FIRE, Fired, bad_wording, false_alarms
from tests.stack.faults import FAULTS

SINCE = dict.fromkeys(MAY_FIRE, 100.0)


def test_an_alert_after_its_fault_is_no_false_alarm() -> None:
    moments = {(fault.job, name): 101.0 for fault in FAULTS for name in fault.alerts}
    assert false_alarms(Fired(moments, faulty_since=SINCE)) == []


def test_an_alert_before_its_fault_is_one() -> None:
    fired = Fired({("killed", "ServerGone"): 93.0}, faulty_since=SINCE)
    assert false_alarms(fired) == ["ServerGone fired for killed, 7 s before there was a fault"]


def test_an_alert_for_somebody_else_is_one() -> None:
    moments = {("solution", "LatencyObjectiveBurntFast"): 110.0, ("jaeger", "ServerGone"): 110.0}
    assert false_alarms(Fired(moments, faulty_since=SINCE)) == [
        "LatencyObjectiveBurntFast fired for solution",
        "ServerGone fired for jaeger",
    ]


def test_no_alert_may_fire_for_the_solution() -> None:
    assert MAY_FIRE["solution"] == ()
    assert len(MAY_FIRE) == len(FAULTS) + 2


def test_wording_needs_a_name_and_a_number_and_no_leftovers() -> None:
    good = "killed does not answer\nfor 10 s"
    wording = {
        ("killed", "A"): good,
        ("solution", "B"): good,
        ("killed", "C"): "killed does not answer",
        ("killed", "D"): "killed: NaN of 5%",
        ("killed", "E"): "killed: <error expanding template> 5",
    }
    told = [problem.partition(" ")[0] for problem in bad_wording(wording)]
    assert told == ["B", "C", "D", "E"]
