"""What takes more than one call: once the first was made, nobody may say any more that nothing was done.

Rule kept here: whatever fails after the first call, also for certain, leaves the whole unsure. It is looked up by its
key then and finished, and what was made first is not made again.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.domain.errors import IntegrationError, OutcomeUnknownError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def finishing() -> Iterator[None]:
    """Finish what stands half made; raise `OutcomeUnknownError` for everything that the far side does not do."""
    try:
        yield
    except OutcomeUnknownError:
        raise
    except IntegrationError as error:
        raise OutcomeUnknownError(error.message, hint=error.hint(), retry_after=error.retry_after) from error
