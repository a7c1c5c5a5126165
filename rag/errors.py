"""Every error this package raises on purpose: one root, so that callers can catch them all.

Messages say what was found, what was expected and what to do, in one line.
"""


class RagError(Exception):
    """Root of all errors raised on purpose. The command line prints it as one line and exits with 2."""


class InvalidInput(RagError):
    """A question, option, setting or file of settings that cannot be used as given: correct it."""


class UnreadableDocument(RagError):
    """A file or folder from which no text can be read: give another one, or save it in a format that is read."""


class SourceUnavailable(RagError):
    """The place where articles lie does not answer; what was built before stays."""


class WorkersDied(RagError):
    """Those who were to read the articles died, again and again; what they had done is kept."""


class IndexNotFound(RagError):
    """There is no index at the place given: build it with ``rag index``."""


class IndexMismatch(RagError):
    """The index was built with another embedder, other settings or another format: set these back, or build it anew."""


class IndexCorrupt(RagError):
    """A file of the index is missing or its content is not what was written: ``rag doctor --repair`` builds it anew."""


class StoreUnreachable(RagError):
    """The server that holds the index does not answer, or answers with an error: start it, or correct its address."""


class ModelMissing(RagError):
    """A model is not on disk, or no source could deliver it: fetch it with ``rag models pull``."""


class ModelCorrupt(RagError):
    """A model file's bytes are not the published ones, so that it is never loaded; or it cannot be loaded."""


class ModelCrashed(RagError):
    """The process of the language model ended in the middle of its work, twice; the next question starts another."""


class ServerFailed(RagError):
    """The language model's server is not there, refuses, or breaks off: start it, correct its address, or ask again."""


class PromptTooLong(RagError):
    """Not even one passage fits into the model's context beside the question."""
