"""Stages are set up with people and names that nobody knows, and are gone afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from load_test.experiment.family import alive, bearers, marks_of_ours
from load_test.experiment.processes import PROJECT
from load_test.experiment.servers import DRAIN_S, Server
from tests.checklist.sandbox.isolation import best_way
from tests.checklist.staging import PARTY, Stages, open_stages
from tests.checklist.submission import Submission
from tests.checklist.trouble import Trouble, Word

pytestmark = pytest.mark.slow

CHALLENGE = Submission("alice", PROJECT / "challenge")


@pytest.fixture(scope="module", autouse=True)
def own_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A lock that no other grading uses: this is not about waiting for one."""
    path = str(tmp_path_factory.mktemp("lock"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.checklist.sandbox.quiet.FOLDER", path)
        yield


@pytest.fixture(scope="module")
def stages() -> Iterator[Stages]:
    """The stages of an unchanged challenge, set up where the user sends spans elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_TRACES_EXPORTER", "none")
        patch.setenv("OTEL_TRACES_SAMPLER", "always_off")
        with open_stages(CHALLENGE, seed=1) as stages:
            yield stages


def test_the_submission_serves_people_who_are_known_to_it(stages: Stages) -> None:
    stage = stages.stage("talk")
    data_dir = stage.prepared.copy_to(stage.folder / "data")
    environment = stage.traces.environment
    with Server(stage.submission, data_dir, stage.log("server"), environment) as server:
        assert server.ask("GET", "/ready")["server"] == "attempt"
        token = stage.prepared.tokens[3]
        (room,) = server.ask("GET", "/api/chatrooms", token=token)["rooms"]
        members = {stage.prepared.usernames[each] for each in stage.prepared.room_of(3).members}
        assert set(room["participants"]) == members
        assert server.stop(DRAIN_S) == 0

    assert stages.isolation == best_way().level
    assert len(stage.prepared.usernames) == PARTY.users


def test_spans_go_to_a_store_of_our_own(stages: Stages) -> None:
    environment = stages.traces.environment

    assert environment["OTEL_TRACES_EXPORTER"] == "jaeger"
    assert environment["OTEL_TRACES_SAMPLER"] == "always_on"
    assert stages.traces.query_url is not None


def test_the_same_seed_gives_each_scenario_the_same_chance(stages: Stages) -> None:
    first, again, other = (stages.stage(name) for name in ("talk", "talk", "books"))

    assert first.folder != again.folder
    assert first.chance.random() == again.chance.random() != other.chance.random()
    assert stages.stage("talk").log("server").parent.is_dir()


def test_no_path_that_the_submission_sees_tells_what_comes(stages: Stages) -> None:
    stage = stages.stage("kill")

    paths = f"{stage.folder} {stage.submission.folder} {stages.sandbox.home}"
    assert not any(word in paths for word in ("kill", "grade", "grading", "checklist"))


def test_everything_is_gone_at_the_end(tmp_path: Path) -> None:
    # given a submission that says what its acknowledgement means
    package = tmp_path / "bob"
    package.mkdir()
    (package / "__main__.py").touch()
    (package / "ANSWER.md").write_text("- acknowledgement: stored\n")
    before = set(bearers(marks_of_ours()))

    with open_stages(Submission("bob", package), seed=1) as stages:
        folder, names = stages.folder, stages.prepared.usernames
        assert stages.declared == "stored"
        assert set(bearers(marks_of_ours())) - before  # the trace store
    with open_stages(Submission("bob", package), seed=1) as again:
        assert not set(names) & set(again.prepared.usernames)

    assert not folder.exists()
    assert alive(set(bearers(marks_of_ours())) - before) == []


def test_what_is_no_package_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").symlink_to("/etc/passwd")
    before = set(bearers(marks_of_ours()))

    with pytest.raises(Trouble) as refused, open_stages(Submission("eve", tmp_path), seed=1):
        pass

    assert refused.value.word is Word.REFUSED
    assert set(bearers(marks_of_ours())) <= before
