"""What a Python test counts, as tests/check/check.h does for a plain main.

In the test's BUILD: data "//tests/check:check.py", and env PYTHON_CHECK of
build/weir.bzl; by hand: PYTHONPATH=tests/check.
"""

_passed = _failed = 0


def check(what, good):
    """Prints what it is if it is not good."""
    global _passed, _failed
    if good:
        _passed += 1
    else:
        _failed += 1
        print(f"failed: {what}")


def end():
    """Prints "N passed, N failed"; the exit status."""
    print(f"{_passed} passed, {_failed} failed")
    return 1 if _failed else 0
