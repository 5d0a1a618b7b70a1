"""New Year's Eve, as the demo plays it: a stream of messages, and then all of them at midnight.

The stream is above what the challenge can do with 5,000 messages in its file (about 45 a second),
and within what the solution can.
"""

from dataclasses import dataclass

from load_test.experiment.phases import Phase
from load_test.experiment.settings import Settings, setting

STREAM, MIDNIGHT = "stream", "midnight"


@dataclass(frozen=True, kw_only=True)
class Evening(Settings):
    """The demo's settings. History and messages together stay below the 10,000 of a full file: a
    new file in the middle of a run would make the server fast.
    """

    rate_per_s: float = setting(150.0, "messages a second in the stream", low=0.1, high=20_000)
    stream_s: float = setting(20.0, "seconds that the stream lasts", low=0.5, high=3_600)
    # Long enough for what the stream left to be written by a server that keeps up, and for the
    # counters to be read; so that what midnight costs is not mixed up with the stream.
    breath_s: float = setting(
        1.0, "quiet seconds between the stream and midnight", low=0.2, high=60
    )
    burst_messages: int = setting(1_500, "messages at midnight, all at once", low=1, high=100_000)
    finish_s: float = setting(10.0, "seconds after midnight until the time is up", low=1, high=600)
    lone_messages: int = setting(
        10, "messages sent one by one before the stream, to a quiet server", low=0, high=1_000
    )

    @property
    def phases(self) -> tuple[Phase, Phase]:
        """The stream, and midnight."""
        return (
            Phase(STREAM, self.stream_s, self.rate_per_s, rests_s=self.breath_s),
            Phase(MIDNIGHT, burst_messages=self.burst_messages, rests_s=self.finish_s),
        )
