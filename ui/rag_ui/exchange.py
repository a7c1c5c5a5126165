"""One question of a conversation and its answer, as the page shows them. Knows no Gradio."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypedDict

from rag.types import Answer, Turn
from rag_ui import export, render
from rag_ui.feedback import Bar, Feedback

ChatMessage: TypeAlias = dict[str, Any]


class Tools(TypedDict):
    """What stands under an answer that changes no more: the reader's opinion, the text to copy, asking again.

    ``opinion`` is None where there is nothing to have one of, ``copy`` empty where nothing is written; ``question`` and
    ``source`` make the link that asks again.
    """

    opinion: Bar | None
    copy: str
    question: str
    source: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The only article that a question is about."""

    doc_id: str
    title: str


@dataclass(slots=True)
class Exchange:
    """A question as it was typed, and what is known of its answer.

    ``answer.question`` is how the assistant understood it; ``notice`` is a sentence on its state, shown last;
    ``history`` are the turns that it was asked with, ``scope`` the only article that it is about (None: all).
    """

    question: str
    answer: Answer
    scope: Scope | None = None
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

    @property
    def sources(self) -> tuple[str, ...]:
        """The ``doc_id``s of the articles that it is about; none: all."""
        return (self.scope.doc_id,) if self.scope else ()

    def messages(self) -> tuple[ChatMessage, ChatMessage]:
        """The question and the answer so far, as Gradio's chat takes them."""
        understood = self.answer.question
        rewritten = f"Understood as: {understood}" if understood != self.question else ""
        only = f"Only in: {self.scope.title}" if self.scope else ""
        remarks = "\n".join(filter(None, (render.remark(only), render.remark(rewritten))))
        blocks = (remarks, render.answer_markdown(self.answer), render.remark(self._state()))
        reply = "\n\n".join(block for block in blocks if block)
        return (
            {"role": "user", "content": render.escape(self.question)},
            {"role": "assistant", "content": reply},
        )

    def tools(self) -> Tools | None:
        """What stands under the answer; None while it may change."""
        if self.open:
            return None
        return Tools(
            opinion=self.feedback.bar() if self.rateable else None,
            copy=export.plain(self.answer),
            question=self.question,
            source=self.scope.doc_id if self.scope else "",
        )

    def _state(self) -> str:
        return "Stopped." if self.stopped else self.notice
