"""Running `tocsin` in this process."""

import pytest

from tests.terminal import Run, typed


@pytest.fixture
def tocsin(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with the real command line."""
    return typed(capsys)
