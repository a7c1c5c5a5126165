"""Print the pip option that finds torch without CUDA, or nothing when that index does not answer.

A closed network must cost seconds here, not the minutes of pip's retries.
"""

import subprocess
import sys

_OPEN = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1])"


def answers(url: str, seconds: float) -> bool:
    """Whether ``url`` opens within ``seconds``; a child process asks, for a name lookup cannot be stopped."""
    try:
        subprocess.run([sys.executable, "-c", _OPEN, url], timeout=seconds, check=True, capture_output=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return False
    return True


def pip_option(index: str, seconds: float = 5) -> str:
    """``--extra-index-url INDEX``; empty when the index does not answer within ``seconds``."""
    return f"--extra-index-url {index}" if answers(f"{index}/torch/", seconds) else ""


if __name__ == "__main__":
    option = pip_option(sys.argv[1])
    if not option:
        print(
            f"{sys.argv[1]} does not answer; on Linux pip may now take torch with CUDA, 3 GB, which does no harm. To "
            "save them, end this with Ctrl-C and name a mirror that has torch for the CPU: make chat TORCH_INDEX=https://…",
            file=sys.stderr,
        )
    print(option)
