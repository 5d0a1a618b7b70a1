"""Results go to a folder of their own, and results/latest is the last of them."""

import json
from pathlib import Path

import pytest

from load_test.experiment import results
from load_test.experiment.results import (
    FolderTaken,
    begin_results,
    make_folder,
    what_is_kept,
    write_results,
)


@pytest.fixture(autouse=True)
def results_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's results/, but of this test."""
    monkeypatch.setattr(results, "RESULTS", tmp_path / "results")


def test_every_experiment_has_a_new_folder() -> None:
    first, second = make_folder(None), make_folder(None)

    assert first != second
    assert (first / "logs").is_dir()
    assert first.parent == second.parent == results.RESULTS


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert make_folder(tmp_path / "mine") == tmp_path / "mine"

    with pytest.raises(FolderTaken, match="is not an empty folder"):
        make_folder(tmp_path / "mine")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")

    with pytest.raises(FolderTaken):
        make_folder(tmp_path / "file")
    with pytest.raises(FolderTaken, match="cannot make the folder"):
        make_folder(tmp_path / "file" / "below")


def test_latest_points_to_the_last_results() -> None:
    for name in ("one", "two"):
        folder = make_folder(results.RESULTS / name)
        write_results({"runs": [], "name": name}, folder)

    latest = results.RESULTS / "latest"
    assert latest.readlink() == Path("two")
    assert json.loads((latest / "results.json").read_text())["name"] == "two"


def test_results_elsewhere_are_not_the_latest(tmp_path: Path) -> None:
    write_results({"runs": []}, make_folder(tmp_path / "mine"))

    assert not (results.RESULTS / "latest").exists()


def test_results_begin_without_runs_and_judge_nothing() -> None:
    begun = begin_results({"seed": 7}, {"cpus": 2}, {"python": "3.11.7"})

    assert (begun["schema"], begun["seed"], begun["runs"]) == (1, 7, [])
    assert begun["started_at"].endswith("Z")
    assert begun["verdict"]["outcome"] == "none"
    assert begun["verdict"]["ratio"] is None


def test_what_is_kept_is_counted(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "mine")
    assert what_is_kept(folder).endswith("mine keeps the logs and no finished runs")

    write_results({"runs": [{}]}, folder)
    assert what_is_kept(folder).endswith("and 1 finished run")

    write_results({"runs": [{}, {}]}, folder)
    assert what_is_kept(folder).endswith("and 2 finished runs")
