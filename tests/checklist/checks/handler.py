"""Item 2, the socket handler: what it takes and refuses, what it answers, and who hears of it."""

from collections.abc import Iterable

from tests.checklist.check import Verdict, check, expect
from tests.checklist.scenarios.newcomer import Answer
from tests.checklist.scenarios.sick_disk import SickDisk
from tests.checklist.scenarios.talk import Talk

QUEUED, STORED = "queued", "stored"
# What a sender may be answered when there is room for everybody; the last only after SIGTERM.
USUAL_ANSWERS = (QUEUED, STORED, "shutting_down")
# Faults of an account that no other check of this scenario is about.
IN_THE_BOOKS = ("lost", "open", "untold", "doubled", "kept_though_refused")
MOST_SHOWN = 3  # wrong answers that are told one by one
RIGHT = "so it was"
# Who stores at once may have stored before we read the acknowledgement: two threads look.
PROMPT_MS = 20.0


@check("talk")
def serves(talk: Talk) -> Verdict:
    """It starts and says where it serves, a new user signs up and in, and messages go round."""
    return expect(
        talk.shown > 0,
        "a new user signed up and in, and messages shown to their senders",
        f"{talk.shown} of {talk.account.sent} messages shown to their senders",
    )


@check("talk", needs=("handler.serves",))
def validates(talk: Talk) -> Verdict:
    """What is no message, or no event, is refused, with the code that the contract has for it."""
    return expect(
        all(each.is_right for each in talk.fields),
        f"the contract's answer to each of {len(talk.fields)} messages and events that are none, "
        "or nearly",
        _wrong(talk.fields) or RIGHT,
    )


@check("talk", needs=("handler.serves",))
def keeps_its_books(talk: Talk) -> Verdict:
    """Whatever is sent is stored once and shown once to each member of its room."""
    account = talk.account
    faults = [*account.faults(IN_THE_BOOKS), *talk.problems]
    refused = sum(count for answer, count in talk.answers.items() if answer not in USUAL_ANSWERS)
    if refused:
        faults.append(f"{refused} refused though there was room")
    return expect(
        not faults,
        f"{account.sent} messages, each in the files once and shown once to everybody in its room",
        "; ".join(faults) or f"{account.stored} stored and shown",
    )


@check("talk", needs=("handler.serves",))
def keeps_order(talk: Talk) -> Verdict:
    """Each sender's messages stay in order, and all members see the order of the files."""
    return expect(
        talk.account.out_of_order == 0,
        "0 messages that come before an earlier one, in the files or on a screen",
        f"{talk.account.out_of_order} of {talk.account.sent}",
    )


@check("talk", needs=("handler.serves",))
def keeps_rooms_apart(talk: Talk) -> Verdict:
    """Who has no token, or is not a member of a room, neither hears, reads nor sends there; who
    has left it hears no more.
    """
    heard = talk.strangers + talk.overheard
    problems = [
        _wrong(talk.rooms),
        f"{heard} messages shown to who is no member" if heard else "",
        f"{talk.after_leaving} shown to who had left" if talk.after_leaving else "",
    ]
    return expect(
        not any(problems),
        "0 messages shown to who is no member, or has left, and refusals if they ask",
        "; ".join(filter(None, problems)) or RIGHT,
    )


@check("talk", needs=("handler.serves",))
def answers_truthfully(talk: Talk) -> Verdict:
    """Each message gets one answer, that which ANSWER.md declares; `queued` before it is stored."""
    said = _said(talk)
    counts = {
        "never answered": talk.account.unanswered,
        "answered twice": talk.account.answered_twice,
        f"not {talk.declared}, as ANSWER.md declares": sum(
            count for answer, count in said.items() if talk.declared not in ("", answer)
        ),
        "called queued only when they were stored": 0 if _is_prompt(talk) else said[QUEUED],
    }
    faults = [f"{count} {what}" for what, count in counts.items() if count]
    declared = f"{talk.declared}, as ANSWER.md declares" if talk.declared else "queued or stored"
    return expect(
        not faults,
        f"one answer for each of {talk.account.sent} messages: {declared}",
        "; ".join(faults) or ", ".join(f"{answer} {count} times" for answer, count in said.items()),
    )


@check("talk", "sick_disk", needs=("handler.answers_truthfully",))
def stored_is_stored(talk: Talk, sick: SickDisk) -> Verdict:
    """What is acknowledged as `stored` is in the files, also while the disk refuses."""
    unfounded = sum(each.unfounded for each in sick.sicknesses)
    return expect(
        unfounded == 0 or STORED not in _said(talk),
        "0 messages called stored that are not in the files",
        f"{unfounded} while the disk refused"
        if STORED in _said(talk)
        else "none was called stored",
    )


def _said(talk: Talk) -> dict[str, int]:
    """How often each word was said that takes a message."""
    return {answer: talk.answers[answer] for answer in (QUEUED, STORED) if talk.answers.get(answer)}


def _is_prompt(talk: Talk) -> bool:
    """Whether `queued`, if it was said, came before the write or within PROMPT_MS of sending, for
    more than half of the lone.
    """
    prompt = 0
    for lone in talk.lone:
        done_ms = lone.shown_ms if lone.written_ms is None else lone.written_ms
        if lone.acknowledged_ms is not None:
            prompt += done_ms is None or lone.acknowledged_ms < max(done_ms, PROMPT_MS)
    return QUEUED not in _said(talk) or prompt > len(talk.lone) / 2


def _wrong(answers: Iterable[Answer]) -> str:
    """The wrong answers in words, not too many of them."""
    wrong = [
        f"{each.asked}: {each.given}, not {each.contract}" for each in answers if not each.is_right
    ]
    more = len(wrong) - MOST_SHOWN
    return "; ".join(wrong[:MOST_SHOWN]) + (f"; and {more} more" if more > 0 else "")
