"""What a reader says of one answer: kept in the review file, and shown under the answer. Knows no Gradio."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from rag_eval import candidates
from rag_eval.candidates import Candidate, Opinion
from rag_ui.loading import log_failure

_KEPT = "Thank you. Kept on this machine, for the review."
_TAKEN_BACK = "Taken back."


class Bar(TypedDict):
    """What stands under a finished answer: the verdict given, whether to ask for the right answer, and a remark."""

    verdict: Opinion
    asks: bool
    remark: str


@dataclass(slots=True)
class Feedback:
    """The reader's opinion of one answer, as it lies in the review file (None: not there), and a remark on it."""

    kept: Candidate | None = None
    remark: str = ""

    def bar(self) -> Bar:
        """The opinion as the page shows it; once it is told what is right, the page asks no more."""
        kept = self.kept
        asks = kept is not None and not kept.right_answer
        return Bar(verdict=kept.verdict if kept else "", asks=asks, remark=self.remark)

    def give(self, opinion: Candidate, review_file: Path) -> None:
        """Keep an opinion in place of the one before; one without a verdict takes that back.

        A review file that cannot be written is told in the remark, and the opinion before stays.
        """
        before, after = self.kept, opinion if opinion.verdict else None
        try:
            if after is not None:
                candidates.append(review_file, after)
                self.kept = after
            if before is not None:
                candidates.remove(review_file, before)
        except Exception as error:
            self.remark = log_failure("An opinion was not kept.", error)
        else:
            self.kept, self.remark = after, _KEPT if after else _TAKEN_BACK
