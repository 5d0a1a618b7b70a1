"""What all stands on: calm comments, the lock, the Makefile, and what no tool may read."""

import re
import subprocess
import tokenize
import tomllib
import unicodedata

from tests.structure.source import OURS, ROOT, TESTS


def test_comments_are_calm() -> None:
    loud = []
    for module in (*OURS, *TESTS):
        with (ROOT / module.path).open("rb") as source:
            for token in tokenize.tokenize(source.readline):
                text = token.string.replace("!=", "")
                excited = "!" in text or any(unicodedata.category(c) == "So" for c in text)
                if token.type == tokenize.COMMENT and excited:
                    loud.append(f"{module.path}:{token.start[0]}: {token.string}")
    assert loud == []


def test_the_lock_pins_everything_by_hash_and_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"://|--(index|extra-index|find-links)|\s@\s", lock)
    entries = re.split(r"\n(?=[\w.-]+==)", "\n" + lock)[1:]
    pinned = set()
    for entry in entries:
        first, *rest = entry.splitlines()
        name = re.match(r"[\w.-]+", first)
        assert name
        pinned.add(name[0].lower().replace("_", "-").replace(".", "-"))
        assert re.fullmatch(r"[\w.-]+==[\w.+!-]+( ; .+)? \\", first), first
        hashes = [line for line in rest if re.match(r"    --hash=sha256:[0-9a-f]{64}( \\)?$", line)]
        comments = [line for line in rest if line.lstrip().startswith("#")]
        assert hashes, first
        assert len(hashes) + len(comments) == len(rest), entry
    wanted = re.findall(r"^[\w.-]+", (ROOT / "requirements.in").read_text(), re.MULTILINE)
    assert {name.lower().replace("_", "-").replace(".", "-") for name in wanted} <= pinned


def test_make_alone_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    targets = re.findall(r"^  make ([\w-]+):? +(\S.*)$", listed, re.MULTILINE)
    assert len(targets) == len(listed.splitlines())
    assert [name for name, _ in targets] == phony[1].split()
    assert set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)) == set(phony[1].split())


def test_what_participants_write_is_never_read() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert settings["pytest"]["ini_options"]["testpaths"] == ["tests"]
    assert "attempt" in settings["ruff"]["extend-exclude"]
    assert "attempt" not in settings["mypy"]["files"]
    reading = r"""(ROOT|PROJECT) / ["']attempt"""
    commands = {f"tests/checklist/{name}.py" for name in ("hints", "reset", "watch")}
    assert {str(each.path) for each in TESTS if re.search(reading, each.text)} == commands
