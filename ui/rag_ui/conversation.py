"""The questions and answers of one open page, and the story of answering the next one. Knows no Gradio.

Two threads meet here: one that answers, and one that takes the clicks on Ask and Stop. Each field of an
exchange is written by one of them only (``stopped`` by the clicks, the others by the answering), so no lock
is needed.
"""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from rag.types import Answer, Turn
from rag_eval.candidates import Candidate, Opinion
from rag_ui import render
from rag_ui.exchange import ChatMessage, Exchange, Scope, Tools
from rag_ui.export import Asked
from rag_ui.loading import Assistant, Loader, log_failure
from rag_ui.reading import reference

INTERRUPTED = "Interrupted: the connection was lost. Ask again."
"""The notice of a question whose answer was not finished."""

_POLL_SECONDS = 0.25  # between two looks of a question that waits: are the models there, was it stopped?
_MAX_SUGGESTIONS = 3  # after a refusal
_DRAWN = 10  # exchanges; the browser draws them anew at each change, and another ten when they are asked for
_OPINIONS: dict[str, Opinion] = {"right": "right", "wrong": "wrong"}


class Sources(render.Panel):
    """The panel; ``cited`` names all words that were cited so far, which an opened article marks."""

    cited: list[str]


@dataclass(slots=True)
class Conversation:
    """The exchanges of one page, in the order they were asked; ``examples`` are questions to offer after a refusal.

    By its ``key`` a page that is loaded anew finds it again; empty: it cannot. Only the last ``drawn`` exchanges are
    shown; those that were ``cleared`` can be brought back until something is asked.
    """

    examples: Sequence[str] = ()
    key: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    cleared: list[Exchange] = field(default_factory=list)
    drawn: int = _DRAWN
    quiet_ticks: int = 0

    @property
    def busy(self) -> bool:
        """Whether an answer is being written or waited for."""
        return any(exchange.open for exchange in self.exchanges)

    @property
    def first(self) -> int:
        """The number, from 0, of the first exchange that is shown: as many come before it."""
        return max(0, len(self.exchanges) - self.drawn)

    def tick(self) -> int:
        """How many times the page's clock has called this since the page was last busy."""
        self.quiet_ticks = 0 if self.busy else self.quiet_ticks + 1
        return self.quiet_ticks

    def ask(self, question: str, scope: Scope | None = None) -> bool:
        """Take a question in; False when there is nothing but blanks in it."""
        question = question.strip()
        if question:
            self.exchanges.append(Exchange(question, Answer(question=question), scope))
            self.cleared = []
            self.drawn = _DRAWN
        return bool(question)

    def ask_again(self, number: int) -> None:
        """Ask the question of this number, from 0, once more, if there is one."""
        if exchange := self.exchange(number):
            self.ask(exchange.question, exchange.scope)

    def exchange(self, number: int) -> Exchange | None:
        """The exchange of this number, from 0, if there is one."""
        return self.exchanges[number] if 0 <= number < len(self.exchanges) else None

    def stop(self) -> None:
        """Give up the answer being written and those waited for; what is written so far stays."""
        for exchange in self.exchanges:
            exchange.stopped = exchange.stopped or exchange.open

    def clear(self) -> None:
        """Stop, and take all exchanges away."""
        self.stop()
        self.cleared, self.exchanges = self.cleared + self.exchanges, []

    def restore(self) -> None:
        """Bring back what was cleared."""
        self.cleared, self.exchanges = [], self.cleared + self.exchanges

    def show_earlier(self) -> None:
        """Show ten exchanges more, until the next question is asked."""
        self.drawn += _DRAWN

    def forked(self) -> "Conversation":
        """Another one that goes on from here: what was asked so far is shared, what will be asked is not."""
        return Conversation(self.examples, exchanges=list(self.exchanges))

    def turns(self) -> list[Turn]:
        """What was asked and answered so far, which the assistant needs to understand a follow-up."""
        return [Turn(e.answer.question, e.answer.text) for e in self.exchanges if e.answered]

    def messages(self) -> list[ChatMessage]:
        """The exchanges that are shown, as Gradio's chat takes them."""
        messages = [message for exchange in self.exchanges[self.first :] for message in exchange.messages()]
        if self.exchanges and self.exchanges[-1].rateable and self.exchanges[-1].answer.abstained:
            messages[-1] |= {"options": [{"value": question} for question in self._suggestions()]}
        return messages

    def tools(self) -> list[Tools | None]:
        """What stands under each answer that is shown; None while it may change."""
        return [exchange.tools() for exchange in self.exchanges[self.first :]]

    def asked(self) -> list[Asked]:
        """The questions and their answers so far, to be taken along."""
        return [Asked(e.question, e.sources, e.answer) for e in self.exchanges]

    def rate(self, number: int, verdict: str, right_answer: str, review_file: Path) -> None:
        """Keep the reader's opinion, "right" or "wrong", of the answer of this number, from 0, if there is one.

        Any other verdict takes back the opinion before it.
        """
        exchange = self.exchange(number)
        if exchange is None or not exchange.rateable:
            return
        candidate = Candidate.of(
            exchange.question,
            exchange.answer,
            exchange.history,
            exchange.sources,
            verdict=_OPINIONS.get(verdict, ""),
            right_answer=right_answer.strip(),
        )
        exchange.feedback.give(candidate, review_file)

    def panel(self) -> Sources | None:
        """The sources of the latest question whose turn has come, which is named when others wait; None: none yet."""
        begun = [exchange for exchange in self.exchanges if exchange.phase != "waiting"]
        panel = render.evidence_panel(begun[-1].answer) if begun else None
        if panel is None:
            return None
        if begun[-1] is not self.exchanges[-1]:
            panel["hint"] = f"For “{begun[-1].question}”. {panel['hint']}".rstrip()
        cited = (reference(c.doc_id, c.start, c.quote) for exchange in begun for c in exchange.answer.citations)
        return Sources(**panel, cited=list(dict.fromkeys(cited)))

    def answer_next(self, loader: Loader) -> Generator[Exchange, None, None]:
        """Answer the first waiting question, and yield its exchange at least once a second.

        This ends early, and stops the model, when the question is stopped or the generator is closed. What goes wrong
        is told in the exchange's notice.
        """
        exchange = next((e for e in self.exchanges if e.open and e.phase == "waiting"), None)
        if exchange is None:
            return
        exchange.phase = "running"
        try:
            yield from self._answer(exchange, loader)
        except GeneratorExit:
            exchange.notice = INTERRUPTED
            raise
        except Exception as error:
            exchange.notice = log_failure("A question was not answered.", error)
        finally:
            exchange.phase = "finished"
        yield exchange

    def _suggestions(self) -> list[str]:
        """Examples that have not been asked yet."""
        asked = {exchange.question for exchange in self.exchanges}
        return [example for example in self.examples if example not in asked][:_MAX_SUGGESTIONS]

    def _answer(self, exchange: Exchange, loader: Loader) -> Generator[Exchange, None, None]:
        """Wait for the models, then for its turn, then answer."""
        while (assistant := loader.assistant(_POLL_SECONDS)) is None:
            if exchange.stopped:
                return
            progress = loader.progress
            exchange.notice = f"{progress.stage}… {progress.fraction:.0%}"
            yield exchange
        while not loader.turn.acquire(timeout=_POLL_SECONDS):
            if exchange.stopped:
                return
            yield exchange
        try:
            exchange.notice = render.working_note(exchange.answer)
            yield exchange
            yield from self._stream(exchange, assistant)
        finally:
            loader.turn.release()

    def _stream(self, exchange: Exchange, assistant: Assistant) -> Generator[Exchange, None, None]:
        exchange.history = tuple(self.turns())
        # Closing reaches the assistant's own generator, which stops the model.
        with closing(assistant.stream(exchange.question, exchange.history, exchange.sources or None)) as answers:
            for answer in answers:
                if exchange.stopped:
                    return
                exchange.answer = answer
                exchange.notice = render.working_note(answer)
                yield exchange
