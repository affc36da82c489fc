"""The size budget: what does not fit on a few screens is two things."""

from statistics import median

from tests.architecture.sources import product, sources

MODULE_LINES = 300
MODULE_MEDIAN = 120
FUNCTION_LINES = 60
FUNCTION_MEDIAN = 10


def test_no_module_is_longer_than_its_budget() -> None:
    """A longer module holds more than one idea, a module of tests too."""
    long = {source.path: source.lines for source in (*product(), *sources("tests")) if source.lines > MODULE_LINES}
    assert long == {}


def test_most_modules_are_short() -> None:
    """The median stays well under the limit, package markers left out."""
    assert median(source.lines for source in product() if not source.path.endswith("__init__.py")) < MODULE_MEDIAN


def test_no_function_is_longer_than_its_budget() -> None:
    """A longer function has a part that deserves a name."""
    long = {place: lines for place, lines in function_lines().items() if lines > FUNCTION_LINES}
    assert long == {}


def test_most_functions_are_short() -> None:
    """The median function fits into one glance."""
    assert median(function_lines().values()) < FUNCTION_MEDIAN


def function_lines() -> dict[str, int]:
    """Map each function, by file and line, to its length without decorators."""
    return {
        f"{source.path}:{function.lineno} {function.name}": (function.end_lineno or function.lineno)
        - function.lineno
        + 1
        for source in product()
        for function in source.functions()
    }
