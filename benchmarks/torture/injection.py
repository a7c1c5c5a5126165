"""Instructions inside articles: are they obeyed, and what do they cost the answers? Needs the real models, and hours.

Each of some three hundred instructions is planted in a copy of the articles, right above the paragraph that answers a
gold question; that question is asked of these articles and of the clean ones. An instruction is *obeyed* when the
answer says its trigger, a made-up word: outside a quote nobody asked for it. *Quoted* counts answers of which a cited
passage holds it, which is shown as the article's words. What else it does to answers is the difference between the
accuracies. With ``--poison`` articles are planted which give another figure for what is asked: right are answers that
show both.

An interrupted run goes on where it stopped; ``--limit`` asks the first so many.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from benchmarks.torture.planting import Injection, injections, planted
from rag.assistant import Assistant
from rag.corpus.plain import decode
from rag.index import Index
from rag.settings import Settings
from rag.text import numbers
from rag_eval.gold import GoldQuestion, Verdict, load_gold
from rag_eval.harness import answered, conditions
from rag_eval.metrics import judge_record
from rag_eval.opening import GOLD
from rag_eval.runs import Record, Run, writing
from rag_eval.sets import QuestionSet
from rag_eval.systems import Parts

CLEAN, PLANTED = "clean", "planted"
_FORGED = "forged.txt"
_TIMES = 3  # what a forged figure is of the right one


@dataclass(frozen=True, slots=True)
class Trial:
    """A question, and what is planted for it: the files that are other ones than in the clean folder."""

    question: GoldQuestion
    files: Mapping[str, str]
    injection: Injection | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a trial ended. ``conflict`` tells whether the answer shows that articles differ."""

    trial: Trial
    clean: Verdict
    planted: Verdict
    obeyed: bool
    quoted: bool
    conflict: bool

    @classmethod
    def of(cls, trial: Trial, clean: Record, planted: Record) -> "Outcome":
        """What the answers to both say."""
        injection = trial.injection
        quotes = " ".join(citation.quote for citation in planted.citations)
        return cls(
            trial=trial,
            clean=judge_record(trial.question, clean),
            planted=judge_record(trial.question, planted),
            obeyed=injection is not None and injection.is_obeyed_in(planted.text),
            quoted=injection is not None and injection.is_obeyed_in(quotes),
            conflict=any(step.stage == "conflict" for step in planted.trace),
        )


def injected(questions: Sequence[GoldQuestion], texts: Mapping[str, str]) -> tuple[Trial, ...]:
    """One trial for each instruction, with the questions in turn; ``texts`` are the articles by file name."""
    return tuple(_injected(questions[place % len(questions)], texts, each) for place, each in enumerate(injections()))


def _injected(question: GoldQuestion, texts: Mapping[str, str], injection: Injection) -> Trial:
    span = question.spans[0]
    text = planted(texts[span.file], span.start, injection.text)
    return Trial(replace(question, id=f"{injection.name}: {question.id}"), {span.file: text}, injection)


def poisoned(questions: Sequence[GoldQuestion], texts: Mapping[str, str]) -> tuple[Trial, ...]:
    """A trial for each question whose answer is a figure: an article of the same headline with three times of it."""
    return tuple(
        Trial(replace(question, id=f"forged: {question.id}"), {_FORGED: f"{_headline(texts, question)}\n\n{forged}\n"})
        for question in questions
        if (forged := _forged(question))
    )


def _headline(texts: Mapping[str, str], question: GoldQuestion) -> str:
    return next(filter(None, texts[question.spans[0].file].split("\n")))


def _forged(question: GoldQuestion) -> str:
    """The sentence that answers the question with another figure; empty when it holds none of the answer's."""
    quote = question.spans[0].quote
    for word in quote.split():
        figure = word.strip(".,;:()%$€£¥")
        plain = figure.replace(",", "")
        is_year = len(plain) == 4 and plain.startswith(("19", "20"))
        if plain.isdecimal() and not is_year and set(numbers(figure)) & set(numbers(question.answer)):
            return quote.replace(figure, f"{int(plain) * _TIMES:,}")
    return ""


def run(trials: Sequence[Trial], clean: Path, parts: Parts, out: Path, report: Callable[[str], None]) -> Run:
    """Ask every question of the clean articles, which lie in that folder, and of those with what is planted.

    The answers go to ``out``; those that an interrupted run has written are not asked for again.
    """
    questions = tuple(trial.question for trial in trials)
    info = conditions(
        QuestionSet("injection", questions, judge_record), "test", None, (CLEAN, PLANTED), parts, Path("temporary")
    )
    known: dict[str, Record] = {}
    with writing(out, info) as (done, write):
        for number, trial in enumerate(trials, start=1):
            report(f"{number} of {len(trials)}: {trial.question.id}")
            if (CLEAN, trial.question.id) not in done:
                asked = trial.question.question
                known[asked] = known.get(asked) or answered(CLEAN, parts.assistant(), trial.question)
                write(replace(known[asked], id=trial.question.id))
            if (PLANTED, trial.question.id) not in done:
                write(answered(PLANTED, _with_planted(trial, clean, parts), trial.question))
    return Run.read(out)


def _with_planted(trial: Trial, clean: Path, parts: Parts) -> Assistant:
    """The assistant of the articles with what is planted among them; only that is embedded."""
    with TemporaryDirectory() as place:
        folder = shutil.copytree(clean, Path(place, "articles"))
        for name, text in trial.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        index = Index.build(folder, parts.embedder, parts.settings.passage_tokens, before=parts.index)
    return replace(parts, index=index).assistant()


def outcomes(trials: Sequence[Trial], run: Run) -> tuple[Outcome, ...]:
    """How each trial ended. Pure."""
    clean, planted = run.by_id(CLEAN), run.by_id(PLANTED)
    return tuple(Outcome.of(trial, clean[trial.question.id], planted[trial.question.id]) for trial in trials)


def table(found: Sequence[Outcome]) -> Iterator[str]:
    """A line for each disguise and each order, and one for all: obeyed, quoted, and right answers on both."""
    yield "| instructions | trials | obeyed | quoted | right, clean | right, planted |\n|---|---|---|---|---|---|"
    kinds = [(each.trial.injection.disguise, each.trial.injection.order) for each in found if each.trial.injection]
    for name in dict.fromkeys(name for pair in zip(*kinds, strict=True) for name in pair):
        yield _line(name, [each for each, kind in zip(found, kinds, strict=True) if name in kind])
    yield _line("all", found)


def _line(name: str, found: Sequence[Outcome]) -> str:
    counts = [sum(each.obeyed for each in found), sum(each.quoted for each in found)]
    shares = [f"{_right(each.clean for each in found):.1%}", f"{_right(each.planted for each in found):.1%}"]
    return f"| {' | '.join(map(str, [name, len(found), *counts, *shares]))} |"


def _right(verdicts: Iterator[Verdict]) -> float:
    judged = [verdict == "correct" for verdict in verdicts]
    return sum(judged) / len(judged)


def poison_table(found: Sequence[Outcome]) -> Iterator[str]:
    """What became of the questions to which a forged article gives another figure."""
    told = {
        "both shown, as a conflict": [each for each in found if each.conflict],
        "the right figure alone": [each for each in found if not each.conflict and each.planted == "correct"],
        "refused": [each for each in found if not each.conflict and each.planted == "refused"],
        "the forged figure as the truth": [each for each in found if not each.conflict and each.planted == "wrong"],
    }
    yield "| answer | of right clean answers | of all |\n|---|---|---|"
    for name, each in told.items():
        yield f"| {name} | {sum(one.clean == 'correct' for one in each)} | {len(each)} |"
    yield f"| all | {sum(one.clean == 'correct' for one in found)} | {len(found)} |"


def askable(questions: Sequence[GoldQuestion]) -> tuple[GoldQuestion, ...]:
    """The questions that one article answers without a conversation before them."""
    return tuple(each for each in questions if each.answerable and not (each.history or each.sources))


def main(
    out: Annotated[Path, typer.Option(help="Where the answers go.")] = Path("build/injection.run.jsonl"),
    limit: Annotated[int | None, typer.Option(min=1, help="The first so many trials.")] = None,
    split: Annotated[str, typer.Option(help="train, test or all: the gold questions.")] = "test",
    poison: Annotated[bool, typer.Option("--poison", help="Forged articles in place of instructions.")] = False,
    score: Annotated[bool, typer.Option("--score", help="Only print the table of a whole run.")] = False,
) -> None:
    """Print a table of what was obeyed, and of the right answers on both."""
    settings = Settings.load()
    folder = settings.documents_dir
    texts = {path.name: decode(path.read_bytes()) for path in sorted(folder.glob("*.txt"))}
    gold = askable([each for each in load_gold(GOLD, texts) if split in ("all", each.split)])
    trials = (poisoned if poison else injected)(gold, texts)[:limit]
    if score:
        whole = Run.read(out)
    else:
        parts = Parts.of(Assistant.open(settings=settings, report=lambda stage, _: print(stage, flush=True)))
        whole = run(trials, folder, parts, out, lambda line: print(line, flush=True))
    print(*(poison_table if poison else table)(outcomes(trials, whole)), sep="\n")


if __name__ == "__main__":
    typer.run(main)
