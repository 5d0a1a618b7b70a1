"""Tests of what is said about faults; what counts as one is tested with the checks of batches."""

from tests.checklist.checks.records import some


def test_equal_faults_are_told_once_and_counted() -> None:
    assert some(["late"] * 50) == "late (50 in all)"


def test_no_more_than_three_different_ones_are_told() -> None:
    assert some(["one", "two", "three", "four"]) == "one; two; three (4 in all)"


def test_few_faults_are_told_without_a_count() -> None:
    assert some(["one", "two"]) == "one; two"
    assert some([]) == ""
