"""A chat over a scripted assistant, as a process of its own: ``python -m tests.ui.one_chat PORT FOLDER``.

Conversations and opinions lie in the folder.
"""

import sys
from pathlib import Path

from rag_ui.app import Chat, serve
from rag_ui.serving import Serving
from tests.ui.conftest import EXAMPLES
from tests.ui.fakes import FakeAssistant


def main(port: int, folder: Path) -> None:
    """Serve until the process is ended."""
    serving = Serving(conversations_dir=folder / "conversations", log_format="json")
    chat = Chat(lambda report: FakeAssistant(), EXAMPLES, folder / "candidates.jsonl", serving=serving)
    serve(chat, port=port, open_browser=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
