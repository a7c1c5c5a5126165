"""The contract on a real Milvus server, which runs in a network of its own, as it listens on all addresses."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stores.shelves import SERVER, milvus_server

_PORT = 19532
_INSIDE = """
set -e
ip link set lo up
"$SERVER_COMMAND" --data "$DATA" --proxy-port "$PORT" > "$DATA.log" 2>&1 &
server=$!
trap 'kill -INT $server; wait $server || true' EXIT
"$PYTHON" -c "
from time import sleep
from pymilvus import MilvusClient
while True:
    try:
        MilvusClient(uri='http://127.0.0.1:$PORT', timeout=5).list_collections()
        break
    except Exception:
        sleep(1)
"
"$PYTHON" -m pytest -q -p no:cacheprovider -k "Milvus and server and not lite" \
    tests/stores/test_contract.py tests/stores/test_sharing.py
"""


def test_the_contract_holds_on_a_real_server(tmp_path: Path) -> None:
    pytest.importorskip("pymilvus", reason="needs pymilvus: pip install 'rag-desk[milvus]'")
    command = milvus_server()
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not make a network of its own: unshare --net")
    inside = {
        "SERVER_COMMAND": command,
        "DATA": str(tmp_path / "milvus"),
        "PORT": str(_PORT),
        "PYTHON": sys.executable,
        SERVER: f"http://127.0.0.1:{_PORT}",
    }
    run = subprocess.run(
        ["unshare", "--net", "sh", "-c", _INSIDE], env=os.environ | inside, capture_output=True, text=True, check=False
    )
    print(run.stdout)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert " passed" in run.stdout
    assert "skipped" not in run.stdout
