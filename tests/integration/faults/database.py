"""A PostgreSQL of a test's own, which can be stopped and started again."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of this test's own, which can be stopped."""

    url: str
    handle: Any

    def stop(self, how: str) -> None:
        """Stop it: `fast` ends what is open in order, `immediate` is a crash."""
        from pgserver import postgres_server  # noqa: PLC0415 - a test-only package

        program = Path(postgres_server.__file__).parent / "pginstall" / "bin" / "pg_ctl"
        command = [program, "-D", self.handle.pgdata, "-w", "-m", how, "stop"]
        subprocess.run(command, check=True, capture_output=True, user=self.handle.system_user)

    def start(self) -> None:
        """Start it again where it was."""
        self.handle.ensure_postgres_running()


@contextmanager
def server() -> Iterator[Server]:
    """Run a server of this test's own, with an empty database."""
    from pgserver.postgres_server import get_server  # noqa: PLC0415 - a test-only package

    folder = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
    folder.chmod(0o755)  # run as root, the server is another user, who must get to its data
    handle = get_server(folder / "data")
    try:
        yield Server(handle.get_uri(), handle)
    finally:
        handle.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
