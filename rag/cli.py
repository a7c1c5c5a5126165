"""The command line: ``rag chat · ask · index · docs · models · eval · doctor``.

Errors of our own are one line on stderr and exit code 2; Ctrl-C ends with 130. What takes time to import is imported
when all that is promised. The commands stand in ``rag.asking``, ``rag.indexing`` and ``rag.upkeep``, those of the
evaluation in ``eval``.
"""

import os
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typer import Typer

_INTERRUPTED = 130  # what typer makes of Ctrl-C


def main() -> None:
    """The entry point of the console script."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        code = _run()
    except KeyboardInterrupt:
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        print("Interrupted; nothing is lost: run the same command again.", file=sys.stderr)
    sys.exit(code)


@cache
def command_line() -> "Typer":
    """All commands, in the order in which help lists them; those of the evaluation live a floor above."""
    from typer import Typer

    from rag import asking, indexing, upkeep
    from rag.console import options
    from rag_eval.cli import app as evaluation

    app = Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(options)
    app.command()(asking.chat)
    app.command()(asking.ask)
    app.command("index")(indexing.build_index)
    app.add_typer(upkeep.docs, name="docs")
    app.add_typer(upkeep.models, name="models")
    app.add_typer(evaluation, name="eval")
    app.command()(upkeep.doctor)
    return app


def _run() -> int | None:
    """The exit code of the command that was called."""
    from typer.exceptions import Abort, TyperException

    from rag.console import UNUSABLE, err, tell
    from rag.errors import RagError

    try:
        code: int | None = command_line()(standalone_mode=False)
        return code
    except TyperException as error:
        reason = error.format_message()
    except RagError as error:
        reason = str(error)
    except Abort as error:
        err.print()  # the question's line is still open
        if isinstance(error.__context__, KeyboardInterrupt):
            return _INTERRUPTED
        reason = "Nothing was done: what is asked for was not told. Do this in a terminal, or give it as an option."
    if reason:  # without one, the help has been printed
        tell(reason)
    return UNUSABLE
