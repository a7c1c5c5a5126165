from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from rag.errors import ModelCorrupt, ModelMissing
from rag.models import hub as hub_module
from rag.models.content import Stage
from rag.models.hub import ANSWER_SECONDS, Hub, within
from tests.rag.models.fakes import FOLDER, GGUF, FakeHub, embedder, files_below, generator

PATH = "/lab/small/resolve/v1/small.gguf"
CLOSED_PORT = "http://127.0.0.1:1"


def ignore(arrived: int) -> None:
    """For tests that look at files only."""


def test_a_folder_is_fetched_file_by_file(tmp_path: Path) -> None:
    fake = FakeHub({f"/lab/mini/resolve/v1/{name}": content for name, content in FOLDER.items()})
    with fake.served() as address:
        Hub(address).fetch(embedder(), Stage(tmp_path), ignore)
    assert files_below(Stage(tmp_path).files) == FOLDER


def test_a_file_that_is_complete_is_not_asked_for(tmp_path: Path) -> None:
    fake = FakeHub({f"/lab/mini/resolve/v1/{name}": content for name, content in FOLDER.items()}, limit=2)
    with fake.served() as address:
        with pytest.raises(ModelMissing, match="connection failed"):
            Hub(address).fetch(embedder(), Stage(tmp_path), ignore)
        fake.limit = None
        Hub(address).fetch(embedder(), Stage(tmp_path), ignore)
    names = [path.removeprefix("/lab/mini/resolve/v1/") for path, _ in fake.asked]
    assert names == ["modules.json", "1_Pooling/config.json", "model.safetensors", "model.safetensors"]


def test_a_download_goes_on_after_the_bytes_that_are_there(tmp_path: Path) -> None:
    fake, stage, seen = FakeHub({PATH: GGUF}), Stage(tmp_path), list[int]()
    stage.part(generator().files[0]).write_bytes(GGUF[:150])
    with fake.served() as address:
        Hub(address).fetch(generator(), stage, seen.append)
    assert fake.asked == [(PATH, "bytes=150-")]
    assert files_below(stage.files) == {"small.gguf": GGUF}
    assert seen[-1] == len(GGUF) == 204


def test_a_download_that_goes_on_follows_the_file_to_where_it_is_stored(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.part(generator().files[0]).write_bytes(GGUF[:150])
    storage = FakeHub({"/blob": GGUF})
    with storage.served() as far, FakeHub(moved={PATH: f"{far}/blob"}).served() as address:
        Hub(address).fetch(generator(), stage, ignore)
    assert storage.asked == [("/blob", "bytes=150-")]
    assert files_below(stage.files) == {"small.gguf": GGUF}


def test_a_hub_without_ranges_starts_again(tmp_path: Path) -> None:
    fake, stage, seen = FakeHub({PATH: GGUF}, knows_ranges=False), Stage(tmp_path), list[int]()
    stage.part(generator().files[0]).write_bytes(GGUF[:150])
    with fake.served() as address:
        Hub(address).fetch(generator(), stage, seen.append)
    assert files_below(stage.files) == {"small.gguf": GGUF}
    assert seen[-1] == 204


def test_what_came_before_a_hang_up_is_kept(tmp_path: Path) -> None:
    fake, stage = FakeHub({PATH: GGUF}, limit=120), Stage(tmp_path)
    with fake.served() as address:
        with pytest.raises(ModelMissing, match="connection failed"):
            Hub(address).fetch(generator(), stage, ignore)
        assert files_below(stage.files) == {"small.gguf.part": GGUF[:120]}
        Hub(address).fetch(generator(), stage, ignore)
    assert fake.asked == [(PATH, "bytes=0-"), (PATH, "bytes=120-")]
    assert files_below(stage.files) == {"small.gguf": GGUF}


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with FakeHub().served() as address, pytest.raises(ModelMissing, match=r"HTTP 404 for small\.gguf"):
        Hub(address).fetch(generator(), Stage(tmp_path), ignore)


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_file_of_another_length_is_not_downloaded(tmp_path: Path, knows_ranges: bool) -> None:
    fake = FakeHub({PATH: GGUF + b"!"}, knows_ranges=knows_ranges)
    with fake.served() as address, pytest.raises(ModelMissing, match=r"another version.*205.*expected.*204"):
        Hub(address).fetch(generator(), Stage(tmp_path), ignore)


def test_wrong_bytes_are_removed(tmp_path: Path) -> None:
    with FakeHub({PATH: GGUF[::-1]}).served() as address, pytest.raises(ModelCorrupt, match="sha256"):
        Hub(address).fetch(generator(), Stage(tmp_path), ignore)
    assert files_below(tmp_path) == {}


def test_a_closed_network_is_tried_once_for_all_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[httpx.URL] = []
    send = httpx.Client.send

    def noted(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        sent.append(request.url)
        return send(client, request, **options)

    monkeypatch.setattr(httpx.Client, "send", noted)
    hub = Hub(CLOSED_PORT)
    for spec in (generator(), embedder()):
        with pytest.raises(ModelMissing, match="connection failed"):
            hub.fetch(spec, Stage(tmp_path / spec.name), ignore)
    assert [str(url) for url in sent] == [CLOSED_PORT + PATH]


def test_an_answer_is_not_waited_for_longer_than_promised() -> None:
    never = Event()
    with pytest.raises(TimeoutError, match="no answer within 0 s"):
        within(0, never.wait)
    never.set()
    assert ANSWER_SECONDS < 10


def test_a_silent_hub_counts_as_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = Event()
    monkeypatch.setattr(hub_module, "ANSWER_SECONDS", 0)
    monkeypatch.setattr(httpx.Client, "send", lambda *_, **__: answered.wait())
    with pytest.raises(ModelMissing, match="no answer within 0 s"):
        Hub("http://127.0.0.1").fetch(generator(), Stage(tmp_path), ignore)
    answered.set()


def test_an_error_of_the_call_is_passed_on() -> None:
    with pytest.raises(ZeroDivisionError):
        within(60, lambda: 1 // 0)


@pytest.mark.parametrize("address", ["nowhere", "ftp://127.0.0.1", "http://[::1"])
def test_an_address_that_is_none_is_a_reason_without_the_address(tmp_path: Path, address: str) -> None:
    with pytest.raises(ModelMissing, match="connection failed"):
        Hub(address).fetch(generator(), Stage(tmp_path), ignore)


def test_a_proxy_that_cannot_be_used_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:1")
    with pytest.raises(ModelMissing, match="proxy settings"):
        Hub(CLOSED_PORT).fetch(generator(), Stage(tmp_path), ignore)


@pytest.mark.parametrize("value", ["1", "true", "YES", "on"])
def test_the_environment_can_switch_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    with pytest.raises(ModelMissing, match="switched off by HF_HUB_OFFLINE"):
        Hub.from_environment().fetch(generator(), Stage(tmp_path), ignore)


def test_the_environment_can_name_another_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    with FakeHub({PATH: GGUF}).served() as address:
        monkeypatch.setenv("HF_ENDPOINT", f"{address}/")
        Hub.from_environment().fetch(generator(), Stage(tmp_path), ignore)
    assert files_below(Stage(tmp_path).files) == {"small.gguf": GGUF}
