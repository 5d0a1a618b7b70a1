"""Tests of the checks of ANSWER.md: on the template, the reference's, and what people may write."""

from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest

from tests.checklist.check import Result, Verdict
from tests.checklist.checks import documentation, sample_talk
from tests.checklist.scenarios.evening import Burst
from tests.checklist.scenarios.source import MOST_ANSWER_CHARACTERS, Source
from tests.checklist.scenarios.talk import Talk
from tests.checklist.submission import declared_acknowledgement

ROOT = Path(__file__).parents[3]
TEMPLATE = (ROOT / "challenge" / "ANSWER.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "solution" / "ANSWER.md").read_text(encoding="utf-8")
CHECKS = ("answers_every_question", "numbers_match", "declares_its_choice")
ROW = "| file writes per message | | |"
A_LONG_TIME_S = 1.0


def judged(name: str, answer: str, talk: Talk | None = None) -> Verdict:
    """The verdict of a check on a text."""
    given = talk or talk_of(answer)
    source = Source({}, (), frozenset(), (), False, answer)
    evidence = {
        "answers_every_question": (source,),
        "numbers_match": (source, given),
        "declares_its_choice": (given,),
    }
    return sample_talk.judged(getattr(documentation, name), *evidence[name])


def talk_of(
    answer: str, said: str = "queued", bursts: tuple[Burst, ...] = (Burst(400, 400, 5, 5),)
) -> Talk:
    """The talk of somebody with that ANSWER.md, who acknowledges so."""
    return replace(
        sample_talk.GOOD,
        declared=declared_acknowledgement(answer),
        answers={said: 1_000, "shutting_down": 3},
        bursts=bursts,
    )


@pytest.mark.parametrize("name", CHECKS)
def test_the_reference_earns_everything_and_the_template_nothing(name: str) -> None:
    assert judged(name, REFERENCE).result is Result.PASSED
    assert judged(name, TEMPLATE).result is Result.FAILED
    assert judged(name, "").result is Result.FAILED


def test_the_template_asks_what_is_checked() -> None:
    for heading in (*documentation.QUESTIONS, documentation.EVIDENCE):
        assert f"\n## {heading}\n" in TEMPLATE
        assert f"\n## {heading}\n" in REFERENCE
    assert ROW in TEMPLATE


def test_nothing_in_the_template_counts_as_words_of_ones_own() -> None:
    verdict = judged("answers_every_question", TEMPLATE)

    for question in documentation.QUESTIONS:
        assert f"0 under “{question}”" in verdict.actual


def test_an_answer_that_leaves_one_question_out_is_told_which() -> None:
    answer = REFERENCE.partition("## What is not solved?")[0] + "## What is not solved?\n\nNothing."

    verdict = judged("answers_every_question", answer)

    assert verdict.result is Result.FAILED
    assert verdict.actual == "1 under “What is not solved?”"


def test_words_repeated_or_hidden_do_not_count() -> None:
    words = "it was slow because " * 30
    code = "```\n" + " ".join(f"name_of_a_thing{chr(97 + n)}" for n in range(26)) + "\n```"
    comment = f"<!-- {REFERENCE} -->"
    for text in (words, code, comment):
        answer = "".join(f"## {each}\n\n{text}\n\n" for each in documentation.QUESTIONS)
        assert judged("answers_every_question", answer).result is Result.FAILED, text


def test_headings_may_be_typed_anew_and_words_be_in_any_script() -> None:
    words = (
        "메시지마다 파일 전체를 읽고 다시 쓰기 때문에 느렸다. 트레이스의 file.write 스팬과 json.ms "
        "속성에서 알 수 있었고 디스크는 거의 쉬고 있었다."
    )
    answer = "".join(f"### {each.upper()}\n{words}\n" for each in documentation.QUESTIONS)

    assert judged("answers_every_question", answer).result is Result.PASSED


@pytest.mark.parametrize(
    ("before", "after", "result"),
    [
        ("1.00", "0.010", Result.PASSED),
        ("1", "1/100", Result.PASSED),
        ("about 1,0", "~0,02", Result.PASSED),
        ("1.00", "0.30", Result.FAILED),  # under another load, or of another server
        ("1.00", "0.001", Result.FAILED),
        ("0.5", "0.01", Result.FAILED),
        ("1.00", "0", Result.FAILED),
        ("1.00", "1/0", Result.FAILED),
        ("?", "0.01", Result.FAILED),
        ("", "", Result.FAILED),
        ("x" * 50, "9" * 500, Result.FAILED),
    ],
)
def test_numbers_are_held_against_what_was_counted(before: str, after: str, result: Result) -> None:
    answer = TEMPLATE.replace(ROW, f"| file writes per message | {before} | {after} |")

    assert judged("numbers_match", answer).result is result


def test_the_best_burst_is_what_numbers_are_held_against() -> None:
    answer = TEMPLATE.replace(ROW, "| file writes per message | 1.00 | 0.010 |")
    disturbed, good = Burst(400, 400, 40, 5), Burst(410, 410, None, 6)
    silent = Burst(400, 400, None, None)

    both = judged("numbers_match", answer, talk_of(answer, bursts=(disturbed, good)))
    none = judged("numbers_match", answer, talk_of(answer, bursts=(silent,)))

    assert both.result is Result.PASSED
    assert none.result is Result.CANNOT_TELL


def test_what_is_declared_is_what_is_answered() -> None:
    answer = "- acknowledgement: stored\n"

    assert judged("declares_its_choice", answer, talk_of(answer, "stored")).result is Result.PASSED
    told = judged("declares_its_choice", answer, talk_of(answer, "queued"))
    assert told.result is Result.FAILED
    assert told.actual == "it says stored; acknowledged: 1000 queued"


@pytest.mark.parametrize(
    "piece", ["<!--", "```x\n", "## ", "|", "1", " ", "1 ", "- acknowledgement: \n", "\ud800"]
)
def test_a_hostile_answer_is_judged_at_once(piece: str) -> None:
    answer = (f"## {documentation.EVIDENCE}\n" + piece * MOST_ANSWER_CHARACTERS)[
        :MOST_ANSWER_CHARACTERS
    ]
    began_s = perf_counter()

    for name in CHECKS:
        assert judged(name, answer).result is Result.FAILED

    assert perf_counter() - began_s < A_LONG_TIME_S
