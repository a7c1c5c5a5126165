"""Ports of this machine, for tests that start servers."""

import socket
import subprocess
import time
from contextlib import suppress


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def until_it_listens(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait for a process that begins to listen, or fail when it ends."""
    while process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(f"It ended with {process.returncode} before it listened.")
