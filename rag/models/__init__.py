"""Models by content: which there are, where they lie, whether they can be trusted, and how they are fetched.

No model is ever loaded here.
"""

from rag.models.fetch import pull, pull_all
from rag.models.manifest import ModelRole, ModelSpec, load_manifest
from rag.models.store import identity, locate, verify

__all__ = ["ModelRole", "ModelSpec", "identity", "load_manifest", "locate", "pull", "pull_all", "verify"]
