"""What is too large is refused before it is read, and in Jaeger's words: waitress would say 413."""

from typing import ClassVar

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask
from waitress.utilities import BadRequest, InternalServerError, RequestEntityTooLarge

from observability.trace_store.records import TooLarge


class Refusal(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """What waitress answers by itself; the port tells where Thrift is spoken."""

    thrift_port: ClassVar[str]

    def execute(self) -> None:
        """Answer with the status that Jaeger has for it."""
        if isinstance(self.request.error, RequestEntityTooLarge):
            is_thrift = self.channel.server.effective_port == self.thrift_port
            error = InternalServerError if is_thrift else BadRequest
            self.request.error = error(str(TooLarge()))
        super().execute()


def refuse_as_jaeger(thrift_port: str) -> None:
    """Let all servers of this process do so."""
    Refusal.thrift_port = thrift_port
    HTTPChannel.error_task_class = Refusal
