"""What every test needs: no look at the network, and no verdict from a clock."""

import os

from hypothesis import settings

# Set before anything imports huggingface_hub, which reads it once.
os.environ["HF_HUB_OFFLINE"] = "1"

settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
