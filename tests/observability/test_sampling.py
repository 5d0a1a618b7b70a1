"""All traces are kept up to a rate; beyond it those skipped are counted, to the last."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased

from observability import names
from observability.sampling import KEPT_PER_S, SAMPLERS, RateLimited, choose_sampler

PER_S = 10.0


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Sampled:
    """A tracer behind a sampler of ten traces a second, and the spans that were kept."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.sampler = RateLimited(PER_S, self.clock)
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(sampler=ParentBased(self.sampler), shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer = provider.get_tracer("test")

    def messages(self, count: int, every_s: float = 0.0, name: str = names.SEND_MESSAGE) -> None:
        """So many traces of two spans each, one after the other."""
        for _ in range(count):
            with (
                self.tracer.start_as_current_span(name),
                self.tracer.start_as_current_span(names.FILE_WRITE),
            ):
                pass
            self.clock.now_s += every_s

    def kept(self, name: str) -> list[ReadableSpan]:
        """The kept spans of a name, in order."""
        return [span for span in self._exporter.get_finished_spans() if span.name == name]

    def skipped(self, name: str = names.SEND_MESSAGE) -> list[int]:
        """What each kept span of a name tells of those before it."""
        told = [dict(span.attributes or {}) for span in self.kept(name)]
        return [int(str(each.get(names.SAMPLING_SKIPPED, 0))) for each in told]


@pytest.fixture
def sampled() -> Sampled:
    """A tracer behind a sampler."""
    return Sampled()


def test_all_are_kept_up_to_the_rate(sampled: Sampled, caplog: pytest.LogCaptureFixture) -> None:
    sampled.messages(100, every_s=1 / PER_S)
    assert len(sampled.kept(names.SEND_MESSAGE)) == len(sampled.kept(names.FILE_WRITE)) == 100
    assert sampled.sampler.skipped == 0
    assert set(sampled.skipped()) == {0}
    assert caplog.messages == []


def test_beyond_the_rate_that_many_are_kept_and_the_others_counted(sampled: Sampled) -> None:
    # given five times as many as are kept, for ten seconds
    sampled.messages(500, every_s=0.2 / PER_S)
    # then a second's worth is kept until there are too many, and from then on a share of it
    kept = len(sampled.kept(names.SEND_MESSAGE))
    assert PER_S + 8 * sampled.sampler.busy_per_s <= kept <= PER_S + 11 * sampled.sampler.busy_per_s
    assert len(sampled.kept(names.FILE_WRITE)) == kept
    # and together they are all there were, but for those after the last that was kept
    after_the_last = 500 - kept - sum(sampled.skipped())
    assert 0 <= after_the_last < 50 / sampled.sampler.busy_per_s
    assert sampled.sampler.skipped == 500 - kept


def test_a_burst_after_a_pause_is_kept_up_to_a_second_s_worth(sampled: Sampled) -> None:
    sampled.messages(30)
    assert len(sampled.kept(names.SEND_MESSAGE)) == PER_S
    sampled.clock.now_s += 60
    sampled.messages(30)
    assert len(sampled.kept(names.SEND_MESSAGE)) == 2 * PER_S
    assert sampled.skipped()[10] == 20


def test_all_are_kept_again_after_a_second_that_was_not_busy(sampled: Sampled) -> None:
    # given a second with too many, and one with as many as are kept
    sampled.messages(50, every_s=0.2 / PER_S)
    sampled.messages(10, every_s=1.1 / PER_S)
    before = len(sampled.kept(names.SEND_MESSAGE))
    # then those that follow at that rate are all kept
    sampled.messages(50, every_s=1 / PER_S)
    assert len(sampled.kept(names.SEND_MESSAGE)) == before + 50


def test_each_name_has_a_rate_of_its_own(sampled: Sampled) -> None:
    sampled.messages(1_000)
    sampled.messages(10, name=names.FLUSH_MESSAGES)
    assert len(sampled.kept(names.FLUSH_MESSAGES)) == int(sampled.sampler.busy_per_s)


def test_it_says_once_that_it_skips(sampled: Sampled, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    sampled.messages(100)
    (said,) = caplog.messages
    assert "more than 10 traces a second of socket.send_message" in said
    assert "OTEL_TRACES_SAMPLER=always_on keeps all" in said


def test_it_keeps_the_attributes_that_a_span_begins_with(sampled: Sampled) -> None:
    sampled.messages(11)
    sampled.clock.now_s += 1
    with sampled.tracer.start_as_current_span(names.SEND_MESSAGE, attributes={"room.id": "r"}):
        pass
    attributes = sampled.kept(names.SEND_MESSAGE)[-1].attributes
    assert attributes == {"room.id": "r", names.SAMPLING_SKIPPED: 1}


def test_the_shipped_sampler_limits_the_rate() -> None:
    sampler, skipped = choose_sampler({"OTEL_TRACES_SAMPLER": ""})
    assert f"RateLimited{{{KEPT_PER_S:g}/s}}" in sampler.get_description()
    assert skipped() == 0


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_standard_name_is_known(name: str) -> None:
    sampler, skipped = choose_sampler({"OTEL_TRACES_SAMPLER": name, "OTEL_TRACES_SAMPLER_ARG": "1"})
    tracer = TracerProvider(sampler=sampler, shutdown_on_exit=False).get_tracer("test")
    spans = [tracer.start_span("a"), tracer.start_span("a")]
    kept = sum(span.is_recording() for span in spans)
    assert kept == {"ratelimiting": 1}.get(name, 0 if "off" in name else 2)
    assert skipped() == (name == "ratelimiting")
    assert all(trace.INVALID_SPAN is not span for span in spans)


@pytest.mark.parametrize(
    ("name", "argument", "told"),
    [
        ("sometimes", "", "OTEL_TRACES_SAMPLER must be one of ratelimiting, always_on"),
        ("traceidratio", "2", "OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, not '2'"),
        ("traceidratio", "half", "from 0 to 1, not 'half'"),
        ("ratelimiting", "0", "from 1 to 1000000, not '0'"),
        ("ratelimiting", "nan", "not 'nan'"),
    ],
)
def test_a_wrong_variable_is_named(name: str, argument: str, told: str) -> None:
    environ = {"OTEL_TRACES_SAMPLER": name, "OTEL_TRACES_SAMPLER_ARG": argument}
    with pytest.raises(ValueError, match=told):
        choose_sampler(environ)
