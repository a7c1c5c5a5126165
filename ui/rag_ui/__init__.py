"""The chat page: a Gradio app over anything that streams answers as ``rag.Assistant`` does."""
