"""The questions that a person at a terminal is asked."""

import sys
from argparse import ArgumentTypeError
from collections.abc import Sequence

from load_test.new_year.plan import LEVELS
from load_test.new_year.targets import EXAMPLE, TARGETS, address_of


def ask_server() -> str:
    """The address of a server of the workshop, or any other."""
    lines = [f"{name:<15}  {target.address}" for name, target in TARGETS.items()]
    chosen = _ask("Which server?", [*lines, "another address"], usual=1)
    if chosen <= len(TARGETS):
        return list(TARGETS.values())[chosen - 1].address
    while True:
        try:
            return address_of(input(f"Its address, like {EXAMPLE}: ").strip())
        except ArgumentTypeError as error:
            sys.stdout.write(f"{error}\n")


def ask_level(usual: str) -> str:
    """The name of a level; each is shown with its objective and what it is good for."""
    lines = [
        f"{level.title:<15}  {level.users:>3} guests  {level.rate:>3g} greetings/s  "
        f"{level.seconds:>3} s  {level.objective_p95_ms:>5,} ms  {level.lesson}"
        for level in LEVELS.values()
    ]
    question = "How much? Objectives: every greeting is delivered, 95 of 100 within so many ms."
    chosen = _ask(question, lines, usual=list(LEVELS).index(usual) + 1)
    return list(LEVELS)[chosen - 1]


def _ask(question: str, lines: Sequence[str], usual: int) -> int:
    """Show numbered lines until one is chosen; its number. Return alone chooses the usual one."""
    sys.stdout.write(f"\n{question}\n")
    for number, line in enumerate(lines, start=1):
        sys.stdout.write(f"  {number}  {line}\n")
    while True:
        text = input(f"1-{len(lines)}, or Return for {usual}: ").strip() or str(usual)
        if text.isascii() and text.isdigit() and 1 <= int(text) <= len(lines):
            return int(text)
        sys.stdout.write(f"{text!r} is not one of them\n")
