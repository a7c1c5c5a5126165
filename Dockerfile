# The chat, the commands, and the server of llama-cpp-python; models and articles are mounted. See compose.yaml.
FROM python:3.11-slim
RUN apt-get update && apt-get install --yes --no-install-recommends build-essential cmake git && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# For any machine of this architecture, not for the one that builds it alone.
ENV CMAKE_ARGS="-DLLAVA_BUILD=OFF -DGGML_NATIVE=OFF" PATH=/app/.venv/bin:$PATH
COPY Makefile pyproject.toml requirements.lock README.md LICENSE ./
COPY tools tools
COPY rag rag
COPY ui ui
COPY eval eval
RUN make setup && pip install --no-cache-dir --editable '.[milvus,server]'
RUN useradd --create-home reader && mkdir /state && chown reader /state
USER reader
EXPOSE 7860
CMD ["rag", "--help"]
