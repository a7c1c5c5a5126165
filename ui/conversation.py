"""The questions and answers of one open page, and the story of answering the next one. Knows no Gradio.

Two threads meet here: one that answers, and one that takes the clicks on Ask and Stop. Each field of an
exchange is written by one of them only (``stopped`` by the clicks, the others by the answering), so no lock
is needed.
"""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from eval.candidates import Candidate, Opinion
from rag.types import Answer, Turn
from ui import render
from ui.feedback import Bar, Feedback
from ui.loading import Assistant, Loader, log_failure

_POLL_SECONDS = 0.25
"""How often a question that waits for the models looks whether they are there, or it was stopped."""

ChatMessage: TypeAlias = dict[str, str]

_OPINIONS: dict[str, Opinion] = {"right": "right", "wrong": "wrong"}


@dataclass(slots=True)
class Exchange:
    """A question as it was typed, and what is known of its answer.

    ``answer.question`` is how the assistant understood it; ``notice`` is a sentence on its state, shown last;
    ``history`` are the turns that it was asked with.
    """

    question: str
    answer: Answer
    phase: Literal["waiting", "running", "finished"] = "waiting"
    notice: str = "Waiting for its turn…"
    stopped: bool = False
    history: tuple[Turn, ...] = ()
    feedback: Feedback = field(default_factory=Feedback)

    @property
    def open(self) -> bool:
        """Whether the answer may still change."""
        return not self.stopped and self.phase != "finished"

    @property
    def answered(self) -> bool:
        """Whether the question got its whole answer."""
        return self.answer.done and not self.answer.abstained

    @property
    def rateable(self) -> bool:
        """Whether there is a whole answer, or a refusal, that a reader may have an opinion of."""
        return self.phase == "finished" and self.answer.done and not self.stopped

    def messages(self) -> list[ChatMessage]:
        """The question and the answer so far, as Gradio's chat takes them."""
        notice = "Stopped." if self.stopped else self.notice
        understood = self.answer.question
        rewritten = f"Understood as: {understood}" if understood != self.question else ""
        blocks = (render.remark(rewritten), render.answer_markdown(self.answer), render.remark(notice))
        reply = "\n\n".join(block for block in blocks if block)
        return [
            {"role": "user", "content": render.escape(self.question)},
            {"role": "assistant", "content": reply},
        ]


@dataclass(slots=True)
class Conversation:
    """The exchanges of one page, in the order they were asked."""

    exchanges: list[Exchange] = field(default_factory=list)
    quiet_ticks: int = 0

    @property
    def busy(self) -> bool:
        """Whether an answer is being written or waited for."""
        return any(exchange.open for exchange in self.exchanges)

    def tick(self) -> int:
        """Called by the page's clock: how many times it has been called since the page was last busy."""
        self.quiet_ticks = 0 if self.busy else self.quiet_ticks + 1
        return self.quiet_ticks

    def ask(self, question: str) -> bool:
        """Takes a question in; False when there is nothing but blanks in it."""
        question = question.strip()
        if question:
            self.exchanges.append(Exchange(question, Answer(question=question)))
        return bool(question)

    def stop(self) -> None:
        """Gives up the answer being written and those waited for; what is written so far stays."""
        for exchange in self.exchanges:
            exchange.stopped = exchange.stopped or exchange.open

    def clear(self) -> None:
        """Stops, and forgets all exchanges."""
        self.stop()
        self.exchanges = []

    def turns(self) -> list[Turn]:
        """What was asked and answered so far, which the assistant needs to understand a follow-up."""
        return [Turn(e.answer.question, e.answer.text) for e in self.exchanges if e.answered]

    def messages(self) -> list[ChatMessage]:
        """All exchanges as Gradio's chat takes them."""
        return [message for exchange in self.exchanges for message in exchange.messages()]

    def bars(self) -> list[Bar | None]:
        """What stands under each answer; None while there is nothing to have an opinion of."""
        return [exchange.feedback.bar() if exchange.rateable else None for exchange in self.exchanges]

    def rate(self, number: int, verdict: str, right_answer: str, review_file: Path) -> None:
        """Keeps the reader's opinion, "right" or "wrong", of the answer of this number, from 0, if there is one.

        Any other verdict takes the opinion before it back.
        """
        exchange = dict(enumerate(self.exchanges)).get(number)
        if exchange is None or not exchange.rateable:
            return
        answer, history, opinion = exchange.answer, exchange.history, _OPINIONS.get(verdict, "")
        candidate = Candidate.of(exchange.question, answer, history, verdict=opinion, right_answer=right_answer.strip())
        exchange.feedback.give(candidate, review_file)

    def panel(self) -> render.Panel | None:
        """The sources of the latest question whose turn has come; None when there are none yet."""
        begun = [exchange for exchange in self.exchanges if exchange.phase != "waiting"]
        return render.evidence_panel(begun[-1].answer) if begun else None

    def answer_next(self, loader: Loader) -> Generator[Exchange, None, None]:
        """Answers the first waiting question and yields its exchange at least once a second.

        Ends early, and stops the model, when the question is stopped or the generator is closed. Errors end
        up in the exchange's notice.
        """
        exchange = next((e for e in self.exchanges if e.open and e.phase == "waiting"), None)
        if exchange is None:
            return
        exchange.phase = "running"
        try:
            yield from self._answer(exchange, loader)
        except Exception as error:
            exchange.notice = log_failure("A question was not answered.", error)
        finally:
            exchange.phase = "finished"
        yield exchange

    def _answer(self, exchange: Exchange, loader: Loader) -> Generator[Exchange, None, None]:
        while (assistant := loader.assistant(_POLL_SECONDS)) is None:
            if exchange.stopped:
                return
            progress = loader.progress
            exchange.notice = f"{progress.stage}… {progress.fraction:.0%}"
            yield exchange
        exchange.notice = render.working_note(exchange.answer)
        yield exchange
        yield from self._stream(exchange, assistant)

    def _stream(self, exchange: Exchange, assistant: Assistant) -> Generator[Exchange, None, None]:
        exchange.history = tuple(self.turns())
        # Closing reaches the assistant's own generator, which stops the model.
        with closing(assistant.stream(exchange.question, exchange.history)) as answers:
            for answer in answers:
                if exchange.stopped:
                    return
                exchange.answer = answer
                exchange.notice = render.working_note(answer)
                yield exchange
