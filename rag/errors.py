"""Every error this package raises on purpose: one root, so that callers can catch them all.

Messages say what was found, what was expected and what to do, in one line.
"""


class RagError(Exception):
    """Root of all errors raised on purpose. The command line prints it as one line and exits with 2."""


class InvalidInput(RagError):
    """A question, option or setting that cannot be used as given."""


class UnreadableDocument(RagError):
    """A file or folder from which no text can be read."""


class IndexNotFound(RagError):
    """There is no index at the place given."""


class IndexMismatch(RagError):
    """The index was built with another embedder, other settings or another format."""


class IndexCorrupt(RagError):
    """A file of the index is missing or its content is not what was written."""


class ModelMissing(RagError):
    """A model is not on disk, or no source could deliver it."""


class ModelCorrupt(RagError):
    """A model file's bytes are not the published ones, so that it is never loaded; or it cannot be loaded."""


class ModelCrashed(RagError):
    """The process of the language model ended in the middle of its work, twice; the next question starts another."""


class PromptTooLong(RagError):
    """Not even one passage fits into the model's context beside the question."""
