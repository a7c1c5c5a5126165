"""Readers and programs at the other end of a chat server: they speak HTTP as browsers and clients of Gradio do."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Collection, Coroutine, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from secrets import token_urlsafe
from typing import Any, Self, TypeVar

import httpx

from rag.types import Answer, Claim, ScoredPassage, Timings, Turn
from tests.ui.fakes import BUSES, COST_EVIDENCE, COST_QUOTE, FakeArticles, citation

T = TypeVar("T")

API = "/gradio_api"
ENDLESS = "What never ends?"
HEARTBEAT_SECONDS = 0.02
_BUSY_SECONDS = 0.2
_TIMEOUT = httpx.Timeout(300.0)


@dataclass
class EchoAssistant:
    """Answers every question with its own words, after ``seconds``; ENDLESS only stops when it is closed.

    ``most`` is how many were answered at the same time, ``closed`` what was given up, ``asked`` all that was asked.
    """

    seconds: float = 0.0
    index: FakeArticles = field(default_factory=lambda: FakeArticles((BUSES,)))
    asked: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    most: int = 0
    _running: int = 0

    def retrieve(self, question: str, k: int = 10) -> tuple[ScoredPassage, ...]:
        """Nothing: no question is suggested."""
        return ()

    def stream(
        self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None
    ) -> Generator[Answer, None, None]:
        """The evidence, then the echo."""
        self.asked.append(question)
        self._running += 1
        self.most = max(self.most, self._running)
        try:
            answer = Answer(question=question, evidence=COST_EVIDENCE)
            yield answer
            while question == ENDLESS:
                threading.Event().wait(HEARTBEAT_SECONDS)
                yield answer
            threading.Event().wait(self.seconds)
            claim = Claim(f"You asked {question}", (citation(1, BUSES, COST_QUOTE),), 0.9)
            yield Answer(question=question, claims=(claim,), done=True, timings=Timings(total=self.seconds))
        except GeneratorExit:
            self.closed.append(question)
            raise
        finally:
            self._running -= 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What somebody asked, what came back, and how often the server was busy before."""

    asked: str
    got: str
    busy: int


@asynccontextmanager
async def connection(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """As many connections as there are requests: on a busy machine the server closes one that waits for the next."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=url, timeout=_TIMEOUT, limits=limits, trust_env=False) as client:
        yield client


@dataclass(frozen=True, slots=True)
class Visitor:
    """A reader's page, as Gradio knows it: a session, and the numbers of its events."""

    client: httpx.AsyncClient
    session: str
    typed: int
    answer: int
    stop: int

    @classmethod
    async def at(cls, client: httpx.AsyncClient, session: str) -> Self:
        """A page that has just been loaded."""
        events = (await client.get("/config")).json()["dependencies"]
        typed = next(event["id"] for event in events if event["api_name"] == "_take_typed")
        answer = next(event["id"] for event in events if event["trigger_after"] == typed)
        return cls(client, session, typed, answer, next(e["id"] for e in events if e["api_name"] == "_stop"))

    async def type(self, question: str) -> None:
        """Press Enter."""
        await self._click(self.typed, [question, None, None])

    async def press_stop(self) -> None:
        """Click on Stop."""
        await self._click(self.stop, [None])

    async def answered(self) -> Outcome:
        """Wait for the answer to what was typed, as often as the server is busy."""
        joined = {"fn_index": self.answer, "data": [None], "session_hash": self.session}
        busy, _ = await _until_taken(self.client, f"{API}/queue/join", joined)
        address = f"{API}/queue/data?session_hash={self.session}"
        async with self.client.stream("GET", address) as events:
            async for line in events.aiter_lines():
                told: dict[str, Any] = json.loads(line.removeprefix("data: ")) if line else {}
                if told.get("msg") == "process_completed":
                    chat = told["output"]["data"][1]
                    question, reply = (message["content"][0]["text"] for message in chat[-2:])
                    return Outcome(question, reply, busy)
        raise AssertionError("The stream ended without an answer.")

    async def _click(self, event: int, data: list[Any]) -> None:
        called = {"fn_index": event, "data": data, "session_hash": self.session}
        (await self.client.post(f"{API}/run/predict", json=called)).raise_for_status()


async def ask_as_page(client: httpx.AsyncClient, question: str) -> Outcome:
    """Load a page, ask, and wait for the answer."""
    page = await Visitor.at(client, token_urlsafe())
    await page.type(question)
    return await page.answered()


async def ask_as_program(client: httpx.AsyncClient, question: str) -> Outcome:
    """Call ``/ask``, and wait for the answer."""
    busy, event = await _until_taken(client, f"{API}/call/ask", {"data": [question, None]})
    told = (await client.get(f"{API}/call/ask/{event}")).text.split("data: ")[-1]
    got = json.loads(told)
    return Outcome(question, got[0]["answer"] if isinstance(got, list) else str(got), busy)


async def _until_taken(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> tuple[int, str]:
    """How often the server said that it was busy, and the event that it made then."""
    for busy in count():
        response = await client.post(path, json=body)
        if response.status_code == httpx.codes.OK:
            event: str = response.json()["event_id"]
            return busy, event
        assert (response.status_code, "full" in response.text) == (503, True), response.text
        await asyncio.sleep(_BUSY_SECONDS)
    raise AssertionError("count() ends never")


def finished(task: Coroutine[Any, Any, T]) -> T:
    """What a task gives. It runs in another thread: Playwright, once started, leaves its own loop running in ours."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, task).result()


def crowd(url: str, users: int) -> list[Outcome]:
    """So many users who ask at the same moment, every second one a program: what each of them got."""

    async def all_at_once() -> list[Outcome]:
        async with connection(url) as client:
            asks = (ask_as_page, ask_as_program)
            return await asyncio.gather(*(asks[n % 2](client, f"question{n}x") for n in range(users)))

    return finished(all_at_once())


def lost(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those who did not get the answer to their own question."""
    return [outcome for outcome in outcomes if outcome.asked not in outcome.got]


def stop_storm(url: str, clicks: int) -> Outcome:
    """Somebody asks what never ends, clicks on Stop so often, and asks something else then."""

    async def storm() -> Outcome:
        async with connection(url) as client:
            page = await Visitor.at(client, "stormy")
            await page.type(ENDLESS)
            answering = asyncio.create_task(page.answered())
            await asyncio.sleep(0.3)
            await asyncio.gather(*(page.press_stop() for _ in range(clicks)))
            await answering
            await page.type("question7x")
            return await page.answered()

    return finished(storm())
