"""The process of the embedded Prefect server. It ends with the process that started it, however that one ends.

Run as `python -m engine.runtime.prefect.child HOST PORT PARENT`.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""Linux: the signal that a process gets when its parent dies; see prctl(2)."""


def main() -> None:
    """Serve until the parent is gone or says so."""
    host, port, parent = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we could ask
        sys.exit(1)
    import uvicorn  # noqa: PLC0415 - not before it is sure that the server is wanted

    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host=host,
        port=port,
        log_level="critical",
        access_log=False,
    )


if __name__ == "__main__":
    main()
