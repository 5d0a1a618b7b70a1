"""The difference between the challenge and the solution stays the lesson."""

import ast
import difflib

from tests.structure.source import (
    BY_NAME,
    ROOT,
    SAME_NAMED,
    is_public,
    modules_under,
    names_defined,
)

MOST_DIFF_LINES = 150


def test_the_solution_consists_of_the_lesson() -> None:
    theirs = {path.name for path in (ROOT / "challenge").glob("*.py")}
    ours = {path.name for path in (ROOT / "solution").glob("*.py")}
    changed = {"app.py", "config.py", "data_manager.py", "socket_handler.py"}
    assert ours & theirs == changed | {"__init__.py", "__main__.py"}
    assert ours - theirs == {"message_processor.py"}


def test_the_difference_is_the_lesson() -> None:
    changed = {}
    for before, after in SAME_NAMED:
        diff = difflib.unified_diff(before.text.splitlines(), after.text.splitlines())
        lines = [line for line in diff if not line.startswith(("---", "+++"))]
        changed[after.path.name] = sum(line.startswith(("+", "-")) for line in lines)
    assert sum(changed.values()) <= MOST_DIFF_LINES, changed


def test_same_named_files_offer_the_same_names() -> None:
    for pair in SAME_NAMED:
        before, after = (
            {name for node in module.tree.body for name in names_defined(node) if is_public(name)}
            for module in pair
        )
        assert before == after, pair[1].path


def test_names_of_spans_and_attributes_stand_in_one_place() -> None:
    naming = ("start_as_current_span", "start_span", "set_attribute")
    names = BY_NAME["observability.names"].tree.body
    known = {name for node in names for name in names_defined(node)}
    used, wrong = set(), []
    for module in modules_under("challenge", "solution"):
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr in naming:
                owner, _, name = ast.unparse(node.args[0]).partition(".")
                used.add(name)
                if owner != "names" or name not in known:
                    wrong.append(f"{module.path}:{node.lineno}: {ast.unparse(node)}")
    assert wrong == []
    assert {"SEND_MESSAGE", "CREATE_MESSAGES_BATCH", "JSON_MS"} <= used
