"""The client is measured on what its contract shows, beside the stock client and httpx, and the figures are told."""

from __future__ import annotations

import copy
import json
import socket
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from scripts import client_source
from scripts.bench_client import Extent, main
from scripts.bench_client_case import Case, case
from scripts.bench_client_report import TITLES, Figure, Measured, Setting, data, text
from scripts.bench_client_rounds import OURS, RAW, STOCK, Disagreement, Taken, _maker, _rounds, _timed
from scripts.bench_client_server import Server, answer

ROOT = Path(__file__).parent.parent

NOTICE: dict[str, Any] = {
    "operationId": "postNotices",
    "tags": ["notices"],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Notice"},
                "example": {"text": "Hello", "readers": [{"name": "Ann"}, {"name": "Bob"}, {"name": "Cem"}]},
            }
        },
    },
    "responses": {
        "400": {"description": "No."},
        "201": {
            "description": "Some may be refused.",
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/Posted"},
                    "examples": {
                        "all": {"value": {"id": "a", "of": [{"key": 7}]}},
                        "mixed": {"value": {"id": "b", "of": [{"key": 8}, {"key": 9, "no": 3, "why": "Gone."}]}},
                    },
                }
            },
        },
    },
    "x-mixed-results": {"items": "of", "key": "key", "code": "no", "message": "why", "recipients": "readers"},
}


def plain(title: str, **properties: Any) -> dict[str, Any]:
    return {"title": title, "type": "object", "properties": properties, "required": sorted(properties)[:1]}


STRING, INTEGER = {"type": "string"}, {"type": "integer"}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.1",
    "info": {"title": "Notices", "version": "1.0.0"},
    "paths": {"/ping": {"get": {"responses": {"204": {"description": "Yes."}}}}, "/notices": {"post": NOTICE}},
    "components": {
        "schemas": {
            "Notice": plain("Notice", text=STRING, readers={"type": "array", "items": plain("Reader", key=INTEGER)}),
            "Posted": plain(
                "Posted",
                id=STRING,
                of={"type": "array", "items": plain("PostedItem", key=INTEGER, no=INTEGER, why=STRING)},
            ),
        }
    },
}


def contract(folder: Path, document: dict[str, Any] = DOCUMENT) -> Path:
    (folder / "openapi.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    (folder / "client.yaml").write_text("use_path_prefixes_for_title_model_names: false\n")
    return folder


def found(folder: Path, document: dict[str, Any] = DOCUMENT) -> Case:
    return case(client_source.read(contract(folder, document)))


def test_the_first_operation_with_mixed_results_is_measured(tmp_path: Path) -> None:
    made = found(tmp_path)

    assert (made.operation, made.module, made.status) == ("POST /notices", "api.notices.post_notices", 201)


def test_a_request_is_drawn_out_with_a_key_for_each(tmp_path: Path) -> None:
    assert found(tmp_path).request(4) == {
        "text": "Hello",
        "readers": [
            {"name": "Ann", "key": 0},
            {"name": "Bob", "key": 1},
            {"name": "Cem", "key": 2},
            {"name": "Ann", "key": 3},
        ],
    }


def test_answers_share_the_keys_of_their_request(tmp_path: Path) -> None:
    made = found(tmp_path)

    assert made.success(2) == {"id": "a", "of": [{"key": 0}, {"key": 1}]}
    assert made.half_refused(3) == {
        "id": "b",
        "of": [{"key": 0, "no": 3, "why": "Gone."}, {"key": 1}, {"key": 2, "no": 3, "why": "Gone."}],
    }


def test_keys_that_are_texts_stay_texts() -> None:
    made = case(client_source.read(ROOT / "openapi"))
    keys = [each["messageKey"] for each in made.half_refused(2)["responses"]]

    assert keys == ["key-000000000000000000", "key-000000000000000001"]
    assert [each["messageKey"] for each in made.request(2)["recipients"]] == keys


def without_mixed(document: dict[str, Any]) -> None:
    del document["paths"]["/notices"]["post"]["x-mixed-results"]


def without_recipients(document: dict[str, Any]) -> None:
    del document["paths"]["/notices"]["post"]["x-mixed-results"]["recipients"]


def with_a_parameter(document: dict[str, Any]) -> None:
    parameter = {"name": "board", "in": "query", "required": True, "schema": STRING}
    document["paths"]["/notices"]["parameters"] = [parameter]


def without_request_example(document: dict[str, Any]) -> None:
    del document["paths"]["/notices"]["post"]["requestBody"]["content"]["application/json"]["example"]


def without_mixed_example(document: dict[str, Any]) -> None:
    response = document["paths"]["/notices"]["post"]["responses"]["201"]
    del response["content"]["application/json"]["examples"]["mixed"]


@pytest.mark.parametrize(
    "change, told",
    [
        (
            without_mixed,
            "has no operation with x-mixed-results, so nothing to measure. "
            "Name a contract folder that has one with --contract.",
        ),
        (
            without_recipients,
            "POST /notices does not name items, key, code and recipients with x-mixed-results. Name them there.",
        ),
        (with_a_parameter, "POST /notices needs more than a body, which is not made up here. Name another contract."),
        (
            without_request_example,
            "POST /notices has no example of a request with readers. Add one to a page, or with overlay.yaml.",
        ),
        (
            without_mixed_example,
            "POST /notices has no example of an answer that refuses nobody, or none of one that does. "
            "Add one to a page, or with overlay.yaml.",
        ),
    ],
)
def test_a_contract_with_nothing_to_measure_is_refused_in_a_sentence(
    change: Any, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = copy.deepcopy(DOCUMENT)
    change(document)

    assert main(["--contract", str(contract(tmp_path, document))]) == 2
    assert capsys.readouterr() == ("", f"{tmp_path / 'openapi.yaml'}: {told}\n")


@pytest.mark.parametrize("arguments", [["--repeat", "0"], ["--repeat", "often"], ["--nothing"]])
def test_options_that_mean_nothing_are_refused_in_a_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("python -m scripts.bench_client: ")


def test_a_folder_that_is_none_is_refused_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--contract", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(f"{tmp_path / 'openapi.yaml'}: cannot be read")


SETTING = Setting("POST /notices", 2000, 3, {"Python": "3.11.7", "httpx": "0.28.1"})
MEASURED = (
    Measured("send-sync", Figure(0.0002, 0.00025), Figure(0.00025, 0.0003), Figure(0.00016, 0.0002), 0.8, 1.25),
    Measured("read-values", Figure(0.001, 0.0011), Figure(0.002, 0.0021), None, 0.5, None),
    Measured("make-request", Figure(0.0123456, 0.02), Figure(0.01, 0.02), Figure(0.005, 0.01), 1.234, 2.467),
)


def test_table_shows_each_subject_and_how_ours_compares() -> None:
    assert text(SETTING, MEASURED).splitlines() == [
        "measured                             client         best       median  ours/raw  ours/stock",
        "-----------------------------------  ------  -----------  -----------  --------  ----------",
        "one send, no network                 ours       200.0 µs     250.0 µs      1.25        0.80",
        "                                     stock      250.0 µs     300.0 µs",
        "                                     raw        160.0 µs     200.0 µs",
        "2,000 results, from JSON values      ours     1,000.0 µs   1,100.0 µs                  0.50",
        "                                     stock    2,000.0 µs   2,100.0 µs",
        "a request to 2,000 recipients, made  ours    12,345.6 µs  20,000.0 µs      2.47        1.23",
        "                                     stock   10,000.0 µs  20,000.0 µs",
        "                                     raw      5,000.0 µs  10,000.0 µs",
        "",
        "POST /notices, with Python 3.11.7, httpx 0.28.1.",
        "ours: the client as python -m scripts.generate emits it. stock: as openapi-python-client makes it by itself.",
        "raw: httpx with json= and .json(); json.loads for results; dicts in place of models for a request.",
        "Ratios: our time in that of another in the same round, the one in the middle of all rounds.",
        "Importing: in a fresh interpreter that has httpx and attrs already.",
    ]


def test_figures_are_json_as_well() -> None:
    figures = json.loads(json.dumps(data(SETTING, MEASURED)))

    assert (figures["format"], figures["operation"], figures["results"]) == (1, "POST /notices", 2000)
    assert figures["measured"][0]["ours"] == {"best": 0.0002, "median": 0.00025}
    assert (figures["measured"][0]["to_stock"], figures["measured"][0]["to_raw"]) == (0.8, 1.25)
    assert (figures["measured"][1]["raw"], figures["measured"][1]["to_raw"]) == (None, None)


def test_a_figure_is_the_best_round_and_the_one_in_the_middle() -> None:
    assert Figure.of([3.0, 1.0, 2.0]) == Figure(1.0, 2.0)


def test_what_slows_down_a_whole_round_leaves_the_ratios_alone() -> None:
    made = Measured.of("send-sync", [1.0, 10.0, 1.0], [2.0, 20.0, 1.0], [4.0, 40.0, 4.0])

    assert (made.to_stock, made.to_raw) == (0.5, 0.25)


def test_what_only_models_do_has_no_ratio_to_doing_without() -> None:
    made = Measured.of("read-values", [1.0], [2.0], None)

    assert (made.raw, made.to_raw) == (None, None)


def test_everybody_begins_a_round_in_turn() -> None:
    begun: list[str] = []

    def clock(name: str) -> Any:
        def seconds(calls: int) -> float:
            begun.append(name)
            return float(calls)

        return seconds

    taken: Taken = _rounds({name: clock(name) for name in "abc"}, 3, 5)

    assert "".join(begun) == "abc" + "abc" + "bca" + "cab"
    assert taken == {name: [1.0, 1.0, 1.0] for name in "abc"}


def test_a_subject_that_does_something_else_is_not_timed() -> None:
    with pytest.raises(Disagreement, match="read-bytes: stock makes something else of it than what was expected"):
        _timed("read-bytes", {OURS: lambda: [1], STOCK: lambda: [2]}, [1], 1)


def test_a_value_is_made_anew() -> None:
    value = {"text": "Hello", "readers": [{"name": "Ann"}, {"name": "Bob"}]}
    make = _maker(value)

    assert make() == value
    assert make()["readers"][0] is not value["readers"][0]


def test_the_server_says_the_same_to_every_request_of_a_connection() -> None:
    said = answer(202, '{"ä": 1}')
    with Server(said) as server, socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        Thread(target=server.serve_forever, daemon=True).start()
        for body in (b"", b"{}"):
            head = f"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            connection.sendall(head + body)
            assert connection.recv(len(said), socket.MSG_WAITALL) == said
        server.shutdown()

    assert said.startswith(b"HTTP/1.1 202 ")
    assert b"content-length: 9\r\n" in said


def test_the_server_ends_with_its_input() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.bench_client_server"],
        cwd=ROOT,
        input=json.dumps({"status": 202, "body": "{}"}) + "\n",
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 0


@pytest.mark.parametrize("own", [True, False], ids=["of the checkout", "of another API"])
def test_a_client_is_measured_from_end_to_end(own: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, file = ROOT / "openapi" if own else contract(tmp_path), tmp_path / "figures.json"
    arguments = ["--contract", str(folder), "--repeat", "1", "--json", str(file)]

    assert main(arguments, Extent(calls=1, results=4)) == 0
    figures = json.loads(file.read_text())
    names = [each["name"] for each in figures["measured"]]
    assert names == list(TITLES)
    assert all(each[subject]["best"] > 0 for each in figures["measured"] for subject in (OURS, STOCK))
    assert [each["name"] for each in figures["measured"] if each[RAW] is None] == [
        "read-values",
        "write-values",
        "import-package",
        "import-operation",
    ]
    said = capsys.readouterr()
    assert "4 results, from bytes" in said.out
    assert said.err.splitlines() == [
        "emitting both clients …",
        "measuring sends and bodies …",
        "measuring imports …",
    ]


def test_a_measurement_that_breaks_off_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.bench_client.IMPORTS", "raise SystemExit('this is wrong.')")

    assert main(["--contract", str(contract(tmp_path)), "--repeat", "1"], Extent(calls=1, results=2)) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"{tmp_path}: the process that measures its client ended with this is wrong. "
        "See whether python -m scripts.generate makes a client that works."
    )
