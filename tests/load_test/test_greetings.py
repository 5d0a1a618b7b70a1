"""Greetings, in two languages and any length."""

import random
import statistics

import pytest

from load_test.greetings import GREETINGS, LONGEST, greeting


def test_they_are_korean_and_english_and_fit_into_a_message() -> None:
    korean = [text for text in GREETINGS if any("가" <= letter <= "힣" for letter in text)]
    assert len(korean) >= 10
    assert len([text for text in GREETINGS if text.isascii()]) >= 10
    assert all(0 < len(text) <= LONGEST and text == text.strip() for text in GREETINGS)
    assert len(set(GREETINGS)) == len(GREETINGS)


def test_without_a_length_they_are_as_in_the_file() -> None:
    chance = random.Random(1)
    assert {greeting(chance) for _ in range(1_000)} == set(GREETINGS)


@pytest.mark.parametrize("mean", [1, 2, 40, 1_000, 3_990, LONGEST])
def test_their_mean_length_is_the_one_asked_for(mean: int) -> None:
    chance = random.Random(1)
    texts = [greeting(chance, mean) for _ in range(500)]
    lengths = [len(text) for text in texts]
    assert statistics.mean(lengths) == pytest.approx(mean, rel=0.05, abs=0.1)
    assert min(lengths) >= max(1, mean // 2)
    assert max(lengths) <= min(LONGEST, mean + mean // 2)
    assert all(text.strip() for text in texts)


def test_the_same_chance_says_the_same() -> None:
    first, again = random.Random(7), random.Random(7)
    assert [greeting(first, 30) for _ in range(9)] == [greeting(again, 30) for _ in range(9)]
