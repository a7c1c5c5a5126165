"""The regression gate: no question may be answered worse than in the baseline, which is kept with the code."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path, PureWindowsPath
from typing import ClassVar, Self, TypeAlias

from pydantic import ConfigDict, TypeAdapter, ValidationError
from rich.console import Group, RenderableType
from rich.text import Text

from rag.errors import InvalidInput
from rag_eval.comparison import answer_of, described
from rag_eval.gold import GoldQuestion, Verdict
from rag_eval.lines import replace_content
from rag_eval.metrics import JudgedQuestion, Scores
from rag_eval.runs import RunInfo
from rag_eval.text import printable

FORMAT = 1

_UPDATE = "`rag eval gate --update` writes one"

Conditions: TypeAlias = Mapping[str, Mapping[str, str | bool | int | float]]


@dataclass(frozen=True, slots=True)
class Baseline:
    """The verdicts, by question id, that one system has reached, and under which ``conditions``.

    The conditions are "models" (role to name and sha256) and "settings" (those numbers that answers depend on); they
    hold no path and nothing of the machine.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    format: int
    system: str
    conditions: Conditions
    verdicts: Mapping[str, Verdict]

    @classmethod
    def of(cls, scores: Scores, info: RunInfo) -> Self:
        """The verdicts of a run."""
        verdicts = {judged.question.id: judged.verdict for judged in scores.questions}
        return cls(FORMAT, scores.system, _conditions(info), dict(sorted(verdicts.items())))

    @classmethod
    def read(cls, path: Path) -> Self:
        """What ``save`` wrote. Raises InvalidInput for anything else."""
        try:
            baseline = TypeAdapter(cls).validate_json(path.read_bytes())
        except OSError as error:
            raise InvalidInput(f"Cannot read the baseline {path}: {error.strerror}; {_UPDATE}.") from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the file"
            raise InvalidInput(f"{path} is not a baseline of rag eval: {place}: {first['msg']}; {_UPDATE}.") from error
        if baseline.format != FORMAT:
            raise InvalidInput(f"{path} has format {baseline.format}, this program reads {FORMAT}; {_UPDATE}.")
        return baseline

    def save(self, path: Path) -> None:
        """Write to one JSON file in one step, one question a line. Raises InvalidInput when that is impossible."""
        content = json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_content(path, content.encode())
        except OSError as error:
            raise InvalidInput(
                f"The baseline cannot be written to {path}: {error.strerror}; give another --baseline."
            ) from error


@dataclass(frozen=True, slots=True)
class Regression:
    """A question that was answered better in the baseline: its verdict there, and what is answered now."""

    question: GoldQuestion
    before: Verdict
    after: JudgedQuestion

    @property
    def loss(self) -> int:
        """How much the answer's worth fell: 1 or 2."""
        return replace(self.after, verdict=self.before).worth - self.after.worth


def regressions(baseline: Baseline, scores: Scores) -> tuple[Regression, ...]:
    """The questions whose answers are worth less than in the baseline, the largest loss first.

    Only questions that were asked and that the baseline knows can be among them. Raises InvalidInput when there is no
    such question, or when the baseline is of another system: the gate would pass without having looked at anything.
    """
    if scores.system != baseline.system:
        raise InvalidInput(f"The answers are of {scores.system!r}, the baseline is of {baseline.system!r}; ask that.")
    known = [judged for judged in scores.questions if judged.question.id in baseline.verdicts]
    if not known:
        raise InvalidInput(f"The baseline knows none of the {len(scores.questions)} questions asked; {_UPDATE}.")
    found = [Regression(judged.question, baseline.verdicts[judged.question.id], judged) for judged in known]
    return tuple(sorted((item for item in found if item.loss > 0), key=lambda item: -item.loss))


def unknown(baseline: Baseline, scores: Scores) -> tuple[GoldQuestion, ...]:
    """The questions that were asked and that the baseline does not know: they cannot fail."""
    return tuple(judged.question for judged in scores.questions if judged.question.id not in baseline.verdicts)


def other_conditions(baseline: Baseline, info: RunInfo) -> tuple[str, ...]:
    """What differs from the conditions of the baseline, each as ``name: before → now``."""
    before, now = dict(_flat(baseline.conditions)), dict(_flat(_conditions(info)))
    names = sorted(before.keys() | now.keys())
    return tuple(
        f"{name}: {before.get(name, 'none')} → {now.get(name, 'none')}"
        for name in names
        if before.get(name) != now.get(name)
    )


def shown(baseline: Baseline, scores: Scores, info: RunInfo) -> Group:
    """The gate's verdict for a terminal: every question that got worse, or that none did. Raises as ``regressions``."""
    worse, new = regressions(baseline, scores), unknown(baseline, scores)
    checked = len(scores.questions) - len(new)
    verdict = f"{len(worse)} of {checked} questions got worse" if worse else f"None of {checked} questions got worse"
    blocks: list[RenderableType] = [Text(f"{verdict} than in the baseline.", "bold red" if worse else "bold green")]
    blocks += [
        described(item.question, item.before, item.after.verdict, {"answer": answer_of(item.after)}) for item in worse
    ]
    if new:
        names = ", ".join(printable(question.id) for question in new)
        blocks.append(Text(f"Not in the baseline, so not checked: {names}", "yellow"))
    for difference in other_conditions(baseline, info):
        blocks.append(Text(f"Other than in the baseline: {printable(difference)}", "dim"))
    return Group(*blocks)


def fast_subset(questions: Sequence[GoldQuestion], size: int = 20) -> tuple[GoldQuestion, ...]:
    """``size`` questions of the split "test", or all if there are fewer, as evenly over the kinds as they allow.

    Always the same ones, in the order of their ids, whatever the order of ``questions``; they are drawn by the sha256
    of the id, so that a new question replaces at most one. Raises InvalidInput for a size smaller than the number of
    kinds.
    """
    kinds: dict[str, list[GoldQuestion]] = defaultdict(list)
    for question in sorted((q for q in questions if q.split == "test"), key=_draw):
        kinds[question.kind].append(question)
    if size < len(kinds):
        raise InvalidInput(f"A subset of {size} cannot hold all {len(kinds)} kinds; give a size from {len(kinds)} on.")
    ranked = [(rank, question) for members in kinds.values() for rank, question in enumerate(members)]
    chosen = sorted(ranked, key=lambda item: (item[0], _draw(item[1])))[:size]
    return tuple(sorted((question for _, question in chosen), key=lambda question: question.id))


def _draw(question: GoldQuestion) -> str:
    return sha256(question.id.encode()).hexdigest()


def _conditions(info: RunInfo) -> Conditions:
    """Models by name without their folders; the settings that are numbers, but for those that only change the speed."""
    return {
        "models": {role: PureWindowsPath(name).name for role, name in sorted(info.models.items())},
        "settings": {
            name: value
            for name, value in sorted(info.settings.items())
            if isinstance(value, int | float) and name != "threads"
        },
    }


def _flat(conditions: Conditions) -> Iterator[tuple[str, str | bool | int | float]]:
    for group, values in conditions.items():
        for name, value in values.items():
            yield f"{group}.{name}", value
