"""What a language model has read, kept on disk: the state of its KV cache after the beginning of a prompt.

Reading a passage takes the model most of a second, loading what it made of it some milliseconds; and as nothing stands
before the passage but the same rules, the state is exactly the one that reading would give (Gim et al., "Prompt Cache",
MLSys 2024, arXiv:2311.04934, there also for passages that follow each other, which costs right answers).

The files are a cache: whichever is missing or damaged is computed again, and a full disk costs time only.
"""

import os
from collections import OrderedDict
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

STATES = "states"
"""The folder beside the generations of an index that holds them."""
_SUFFIX = ".state"
_DIGEST = sha256().digest_size
_AT_HAND = 8  # states that are kept in memory, too: those of one question


class States:
    """States by their keys, in a folder of at most so many bytes; the least recently used make room for others.

    Several processes may share the ``folder``. Without one, the last few states are kept in memory only.
    """

    def __init__(self, folder: Path | None = None, max_bytes: int = 0) -> None:
        self.folder = folder if max_bytes else None
        self.max_bytes = max_bytes
        self._at_hand: OrderedDict[str, bytes] = OrderedDict()

    def __contains__(self, key: str) -> bool:
        return key in self._at_hand or (self.folder is not None and self._path(self.folder, key).is_file())

    def get(self, key: str) -> bytes | None:
        """The state of that key as it was put, None if it is not there or is not what was put."""
        state = self._at_hand.pop(key, None) or self._saved(key)
        if state is not None:
            self._hold(key, state)
        return state

    def put(self, key: str, state: bytes) -> None:
        """Keep a state, on disk if there is room for it."""
        self._hold(key, state)
        self._save(key, state)

    def _hold(self, key: str, state: bytes) -> None:
        self._at_hand[key] = state
        if len(self._at_hand) > _AT_HAND:
            self._at_hand.popitem(last=False)

    def _saved(self, key: str) -> bytes | None:
        if self.folder is None:
            return None
        path = self._path(self.folder, key)
        with suppress(OSError):
            content = path.read_bytes()
            digest, state = content[:_DIGEST], content[_DIGEST:]
            if digest == sha256(state).digest():
                os.utime(path)
                return state
            path.unlink()
        return None

    def _save(self, key: str, state: bytes) -> None:
        if self.folder is None or len(state) > self.max_bytes:
            return
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room(self.folder, len(state) + _DIGEST)
            with NamedTemporaryFile(dir=self.folder, delete=False) as file:
                try:
                    file.writelines((sha256(state).digest(), state))
                    file.close()
                    os.replace(file.name, self._path(self.folder, key))
                except OSError:
                    os.unlink(file.name)
                    raise

    def _make_room(self, folder: Path, size: int) -> None:
        files = sorted(((file.stat().st_mtime, file.stat().st_size, file) for file in folder.iterdir()), reverse=True)
        for _, taken, file in files:
            size += taken
            if size > self.max_bytes:
                file.unlink(missing_ok=True)

    @staticmethod
    def _path(folder: Path, key: str) -> Path:
        return folder / f"{key}{_SUFFIX}"


def forget(folder: Path) -> None:
    """Remove what was kept in a folder, as far as that is possible: it holds in its way the words of the passages."""
    with suppress(OSError):
        for file in folder.iterdir():
            file.unlink(missing_ok=True)
