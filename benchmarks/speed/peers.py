"""Another framework on the same models: LlamaIndex's CitationQueryEngine, our plain loop and our assistant, in turns.

All three have the same GGUF file, the same embedder, the five best passages, 384 tokens for an answer and the same
threads. LlamaIndex runs the model as its own classes do, through llama-cpp-python, and cuts the same articles by its
own splitter, with our number of word pieces as the limit. It is in an environment of its own, ``build/peers``, which is
made at the first call; this file is run by that one's Python.

Questions with a history are left out, as that engine takes none.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated, Any

import typer

from benchmarks.speed.answers import FRESH, KEPT, LOOP, Bench, gold
from benchmarks.speed.environment import program
from benchmarks.speed.figures import BUILD, Journal, Middle, short, show, table
from rag.models import locate
from rag.settings import HOME, Settings
from rag_eval.gold import GoldQuestion, judge
from rag_eval.harness import conditions
from rag_eval.metrics import judge_record
from rag_eval.opening import GOLD
from rag_eval.sets import QuestionSet
from rag_eval.systems import refuses

PEER = "LlamaIndex"
_TOP = 5
_NAMES = {
    PEER: "LlamaIndex, CitationQueryEngine",
    LOOP: "our plain loop",
    FRESH: "assistant, nothing kept",
    KEPT: "assistant",
}


def engine(settings: Settings, articles: Sequence[Any]) -> Any:
    """A CitationQueryEngine over these articles, with our models."""
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.core.query_engine import CitationQueryEngine
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    embedder = HuggingFaceEmbedding(str(locate(settings.embedder, "embedder", settings.models_dir)), device="cpu")
    splitter = SentenceSplitter(
        chunk_size=settings.passage_tokens,
        chunk_overlap=0,
        include_metadata=False,
        tokenizer=embedder._model.tokenizer.tokenize,
    )
    documents = [
        Document(text=article.text, metadata={"title": article.title, "published": article.published})
        for article in articles
    ]
    index = VectorStoreIndex.from_documents(documents, embed_model=embedder, transformations=[splitter])
    return CitationQueryEngine.from_args(
        index,
        llm=_llm(settings),
        similarity_top_k=_TOP,
        citation_chunk_size=settings.passage_tokens,
        citation_chunk_overlap=0,
    )


def _llm(settings: Settings) -> Any:
    """The language model as LlamaIndex runs it, with the chat template of its file."""
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter
    from llama_index.llms.llama_cpp import LlamaCPP

    def prompted(completion: str) -> str:
        return str(template()(messages=[{"role": "user", "content": completion}]).prompt)

    @cache
    def template() -> Any:
        end = llm._model.detokenize([llm._model.token_eos()], special=True).decode()
        return Jinja2ChatFormatter(llm._model.metadata["tokenizer.chat_template"], eos_token=end, bos_token="")

    llm = LlamaCPP(
        model_path=str(locate(settings.generator, "generator", settings.models_dir)),
        temperature=0.0,
        max_new_tokens=settings.max_answer_tokens,
        context_window=settings.context_tokens,
        completion_to_prompt=prompted,
        messages_to_prompt=lambda messages: prompted("\n".join(str(message.content) for message in messages)),
        model_kwargs={"n_threads": settings.threads or None, "n_threads_batch": settings.threads or None},
        verbose=False,
    )
    return llm


def asked(question: GoldQuestion, way: Callable[[str], Any]) -> dict[str, Any]:
    """Seconds of an answer of the other framework, and the verdict on it."""
    started = perf_counter()
    text = str(way(question.question)).strip()
    end = perf_counter() - started
    verdict = judge(question, text, abstained=refuses(text))
    return {"id": question.id, "kind": question.kind, "way": PEER, "end": end, "verdict": verdict}


def figures(rows: Sequence[dict[str, Any]]) -> str:
    """The table: seconds, ratios to the other framework, right answers. Pure."""
    peer = {row["id"]: row["end"] for row in rows if row["way"] == PEER}
    cells = []
    for way, name in _NAMES.items():
        taken = [row for row in rows if row["way"] == way and row["id"] in peer]
        times = Middle.of([row["end"] for row in taken])
        if times is not None:
            ratios = Middle.of([row["end"] / peer[row["id"]] for row in taken])
            right = sum(row["verdict"] == "correct" for row in taken)
            cells.append([name, short(times.median), short(times.p90), str(ratios), f"{right} of {times.over}"])
    return table(["", "median s", "p90 s", f"times {PEER} (95 %)", "right"], cells)


def compare(limit: int | None, out: Path, page: bool) -> None:
    """Ask everything and print the table; in the environment that has the other framework."""
    settings = Settings.load()
    questions = tuple(question for question in gold(settings, limit) if not question.history and not question.sources)
    with TemporaryDirectory() as folder:
        bench = Bench(settings, Path(folder))
        query = engine(settings, list(bench.parts.index.documents.values())).query
        whole = QuestionSet(str(GOLD), questions, judge_record)
        journal = Journal(
            out, conditions(whole, "test", None, tuple(_NAMES), bench.parts, settings.index_dir).conditions
        )
        done = {row["id"] for row in journal.of(way=KEPT)}
        for number, question in enumerate(questions):
            if question.id in done:
                continue
            found = [asked(question, query)] if number % 2 else []
            for way in (LOOP, FRESH, KEPT):
                one = bench.ask(question, way)
                found.append({"id": one.id, "kind": one.kind, "way": way, "end": one.end, "verdict": one.verdict})
            found = found if number % 2 else [asked(question, query), *found]
            print(
                f"{number + 1} of {len(questions)}: " + ", ".join(f"{row['way']} {row['end']:.2f} s" for row in found),
                flush=True,
            )
            for row in sorted(
                found, key=lambda row: bool(row["way"] == KEPT)
            ):  # which is written last: then it is done
                journal.write(row)
    show("peers", figures(journal.rows), page)


def main(
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only so many questions, drawn evenly from the kinds.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The raw seconds.")] = BUILD / "peers.jsonl",
    page: Annotated[bool, typer.Option("--page", help="Put the table into docs/speed.md.")] = False,
) -> None:
    """Print the table."""
    if find_spec("llama_index") is not None:
        compare(limit, out, page)
        return
    python = program("python")
    sys.exit(subprocess.run([python, "-m", "benchmarks.speed.peers", *sys.argv[1:]], cwd=HOME, check=False).returncode)


if __name__ == "__main__":
    typer.run(main)
