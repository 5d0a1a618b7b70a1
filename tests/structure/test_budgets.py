"""Files and functions stay short, and everything public is explained."""

import ast
import statistics

import pytest

from tests.structure.source import BY_NAME, OURS, TESTS, Function, is_public

MOST_FILE_LINES = 250
MOST_MEDIAN_LINES = 110
MOST_FUNCTION_LINES = 40
MOST_HANDLER_LINES = 25


def lines_of(node: ast.AST) -> int:
    """How many lines a function takes, docstring included."""
    assert isinstance(node, Function)
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def test_files_are_short() -> None:
    lengths = {str(module.path): len(module.text.splitlines()) for module in OURS}
    tests = {str(module.path): len(module.text.splitlines()) for module in TESTS}
    everything = {**lengths, **tests}
    assert {path: lines for path, lines in everything.items() if lines > MOST_FILE_LINES} == {}
    assert statistics.median(lengths.values()) <= MOST_MEDIAN_LINES


def test_functions_are_short() -> None:
    long = {
        f"{module.path}: {function.name}": lines_of(function)
        for module in OURS
        for function in module.functions()
        if lines_of(function) > MOST_FUNCTION_LINES
    }
    assert long == {}


@pytest.mark.parametrize("package", ["challenge", "solution"])
def test_handlers_are_shorter(package: str) -> None:
    handlers = {
        function.name: lines_of(function)
        for function in BY_NAME[f"{package}.socket_handler"].functions()
        if function.name != "__init__"
    }
    assert "send_message" in handlers
    assert {name: n for name, n in handlers.items() if n > MOST_HANDLER_LINES} == {}


def test_everything_public_is_explained() -> None:
    silent = []
    for module in OURS:
        parts: list[tuple[str, ast.Module | ast.ClassDef | Function]] = [("", module.tree)]
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                parts.append((node.name, node))
                parts += [
                    (f"{node.name}.{each.name}", each)
                    for each in node.body
                    if isinstance(each, Function) and is_public(each.name) and is_public(node.name)
                ]
            elif isinstance(node, Function) and is_public(node.name):
                parts.append((node.name, node))
        silent += [f"{module.path}: {name}" for name, part in parts if not ast.get_docstring(part)]
    assert silent == []
