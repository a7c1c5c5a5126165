"""Generators: the language model in a process of its own, or behind an OpenAI-compatible server."""

from collections.abc import Callable
from functools import partial

from rag.backends import Generator
from rag.models import locate
from rag.settings import Settings
from rag.states import States

__all__ = ["generator_of", "is_address"]


def is_address(generator: str) -> bool:
    """Whether a setting names a server, as in ``http://127.0.0.1:8000/v1``, and no model of ours.

    >>> is_address("https://models.example.org/v1"), is_address("qwen.gguf")
    (True, False)
    """
    return generator.startswith(("http://", "https://"))


def generator_of(settings: Settings, states: States | None = None) -> Callable[[], Generator]:
    """What opens the generator that the settings name, once it is known that they name one.

    A model of ours keeps in ``states`` what it made of passages; a server has a cache of its own.
    Raises ModelMissing, ModelCorrupt and InvalidInput; opening raises ModelCorrupt and ServerFailed.
    """
    if is_address(settings.generator):
        from rag.generators.connection import Access  # httpx: only a server needs it
        from rag.generators.server import ServerGenerator

        access = Access.checked(settings.generator, settings.server_key, settings.server_seconds, settings.server_tries)
        model, context = settings.server_model, settings.context_tokens
        return partial(ServerGenerator.connect, access, model=model, context_tokens=context)
    from rag.worker import WorkerGenerator

    return partial(
        WorkerGenerator.load,
        locate(settings.generator, "generator", settings.models_dir),
        context_tokens=settings.context_tokens,
        threads=settings.threads,
        states=states,
    )
