"""The metrics in an expression are told from functions, labels and windows."""

from tests.stack.rules import metrics_in


def test_metrics_and_recorded_figures_are_found() -> None:
    assert metrics_in(
        "sum by (job, reason) (increase(chat_messages_refused_total{reason=~'queue_full'}[30s])) "
        "/ job:chat_messages_late:ratio_rate2m > 0.72 and max_over_time(up[15m]) == 1 "
        "or instance:chat_messages_unaccounted:difference != 0 and process_cpu_seconds_total"
    ) == {
        "chat_messages_refused_total",
        "job:chat_messages_late:ratio_rate2m",
        "up",
        "instance:chat_messages_unaccounted:difference",
        "process_cpu_seconds_total",
    }
