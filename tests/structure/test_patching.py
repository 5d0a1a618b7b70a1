"""The standard library is patched in few places: before all else, or not at all."""

import ast

from tests.structure.source import OURS, TESTS, known_as

PATCHERS = ("locust", "gevent")  # importing them patches what eventlet patches otherwise


def patched_by_locust() -> set[str]:
    """Our modules that import Locust or gevent, at any remove."""
    found = {
        module.name
        for module in OURS
        if any(name.split(".")[0] in PATCHERS for name, _ in module.imports)
    }
    while True:
        more = {
            module.name
            for module in OURS
            if any(known_as(name) in found for name, _ in module.imports)
        }
        if more <= found:
            return found
        found |= more


def test_only_main_modules_patch_and_they_do_it_first() -> None:
    patching = []
    for module in OURS:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and node.attr == "monkey_patch":
                patching.append(module.name)
                before = [
                    alias.name
                    for each in module.tree.body
                    if isinstance(each, ast.Import | ast.ImportFrom) and each.lineno < node.lineno
                    for alias in each.names
                ]
                assert set(before) <= {"os", "warnings", "eventlet"}, module.path
    assert patching == ["challenge.__main__", "solution.__main__"]


def test_locust_stays_out_of_the_experiment_and_of_the_tests() -> None:
    patched = patched_by_locust()
    assert "load_test.locustfile" in patched
    assert not {name for name in patched if name.startswith("load_test.experiment")}
    assert not patched & {"load_test.compare", "load_test.demo"}
    wrong = [
        f"{module.path} imports {name}"
        for module in TESTS
        for name, _ in module.imports
        if name.split(".")[0] in PATCHERS or known_as(name) in patched
    ]
    assert wrong == []
