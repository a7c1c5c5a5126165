"""Question + evidence → how much the evidence tells of the question.

The measure is query likelihood: how much likelier a language model finds the question after reading a sentence than
after reading none (Ponte and Croft, "A language modeling approach to information retrieval", SIGIR 1998; with a large
model Sachan et al., "Improving passage retrieval with zero-shot question generation", EMNLP 2022, arXiv:2204.07496).
It sees what counting words does not, a sentence that tells of the same in other words, and it is another view than the
model's own Yes or No: together they tell better than either whether an answer is right.
"""

from collections import abc
from collections.abc import Sequence

from rag.backends import Generator
from rag.prompt import question_messages
from rag.text import beginning
from rag.types import Evidence, Message

_SENTENCES = 2  # that are read: more of them tell no better whether an answer is right
_LONGEST = 150  # tokens of the question, of a title and of a sentence, with a chat template: together one batch


def information(question: str, evidence: Sequence[Evidence], generator: Generator) -> abc.Generator[None, None, float]:
    """Gives the pointwise mutual information of the question and the sentence that tells most, in nats a token.

    Only the best sentence of each of the first passages is read; of a long text its beginning. Yields at least once a
    second.
    """

    def short(text: str) -> str:
        return beginning(text, lambda part: generator.count_tokens((Message("user", part),)) <= _LONGEST)

    best = [(item.passage.title, item.sentences[0].text) for item in evidence if item.sentences][:_SENTENCES]
    prompts = [question_messages(short(title), short(sentence)) for title, sentence in [("", ""), *best]]
    found = []
    for likelihood in generator.log_likelihoods(prompts, short(question)):
        found.append(likelihood)
        yield
    return max(found[1:], default=found[0]) - found[0]
