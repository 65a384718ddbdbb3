"""What our templates make of a contract with a bit of everything: each kind of argument, of answer, of value."""

from __future__ import annotations

import ast
import datetime
import hashlib
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import httpx
import openapi_python_client
import pytest

from scripts import files, generate

ROOT = Path(__file__).parent.parent
SINK = ROOT / "tests/cases/client"
TEMPLATES = ROOT / "scripts/templates"
STOCK = Path(openapi_python_client.__file__).parent / "templates"

#: The generator's templates that ours take the place of or import from, as they were when ours were written.
TAKEN_FROM = {
    "client.py.jinja": "4eac65762f21014a7fbf59e730f1be6d28c9c85ddc1c40b458b6ff5f67a64c9e",
    "endpoint_macros.py.jinja": "58edb8b4913db6ed4863c633fb39365364494398c8156c77151c6676f1b28fee",
    "endpoint_module.py.jinja": "c1b2628053eb4875ba59566baa5ae907666f9cbfafa308d93f970a4404b7cd52",
    "errors.py.jinja": "b6ba7ea79aa7d7f24b47119985d1ed20268d3da0ab70309ee138088a106b6af9",
    "helpers.jinja": "4e6ada7b7a8806e739faa7b1f330c1db2b924180a3003df0a4e048edcb549f02",
    "literal_enum.py.jinja": "04f2eb9334dd543ab7fa91a1fe3a73e7d5f2cf50e09d864429ddb58e506c8b68",
    "model.py.jinja": "fd1c79680d51c06cfbb89809ad123750ba9add98b688036c04cabbf1f8ba40a0",
    "models_init.py.jinja": "4f64a3d6e1b15a561be5573c1b7702eb928c0e4fa6b67107d20e57a74c44d51a",
    "package_init.py.jinja": "ac15907e32dc39bd9b83ea6f2002fb87514f2182b97f88231b5a9c47321f6210",
    "types.py.jinja": "93df9d75883a4eafac77dd21bc6907f3ef612e3f7841e08656618dcf6c4ce494",
}
PART = {
    "id": "8f14e45f-ceea-467f-a0e6-0f2ad1f5c1de",
    "made": "2030-01-31T12:00:00",
    "kind": "gear",
    "inside": [
        {"id": "8f14e45f-ceea-467f-a0e6-0f2ad1f5c1df", "made": "2030-01-31T12:00:00", "kind": "belt", "inside": []}
    ],
    "day": "2030-01-31",
    "level": 2,
    "fixed": "yes it is",
    "grid": [[1, 2], []],
    "days": ["2030-01-31"],
    "owner": None,
    "either": {"title": "a problem"},
    "maybe": None,
    "additional_properties": True,
    "to_dict": "text",
    "class": "text",
    "notes": {"a": "b"},
    "shelves": {"top": {"title": "full", "unknown": 1}},
    "size": {"width": 1.5, "unit": "m"},
    "unknown": {"deep": [1]},
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sink")
    files.write(folder / "sink_client", generate.package(SINK).files)
    return folder


@pytest.fixture(scope="module")
def sink(place: Path) -> Iterator[Callable[[str], ModuleType]]:
    """Imports a module of the client by its name below the package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(place)
        yield lambda name: importlib.import_module(f"sink_client.{name}")


Ask = Callable[..., tuple[httpx.Request, Any]]


@pytest.fixture
def ask(sink: Callable[[str], ModuleType]) -> Ask:
    """Calls an operation, gives it an answer, and returns what was sent and what came of it."""

    def asked(operation: str, answer: httpx.Response, /, *arguments: Any, **named: Any) -> tuple[httpx.Request, Any]:
        sent: list[httpx.Request] = []

        def answering(request: httpx.Request) -> httpx.Response:
            sent.append(request)
            return answer

        client = sink("client").AuthenticatedClient("https://sink.test/base/", "token")
        client.set_httpx_client(httpx.Client(transport=httpx.MockTransport(answering)))
        with client:
            result = sink(f"api.{operation}").sync(*arguments, client=client, **named)
        return sent[0], result

    return asked


@pytest.mark.parametrize("name", sorted(each.name for each in TEMPLATES.iterdir()))
def test_a_template_says_which_generator_it_is_for(name: str) -> None:
    first = (TEMPLATES / name).read_text("utf-8").partition("\n")[0]

    assert name.startswith("_") or first.startswith(f"{{# For openapi-python-client {generate.GENERATOR[1]}")
    assert name.startswith("_") or name in TAKEN_FROM


@pytest.mark.parametrize("name", TAKEN_FROM)
def test_the_generators_own_template_is_the_one_that_ours_was_written_for(name: str) -> None:
    found = hashlib.sha256((STOCK / name).read_bytes()).hexdigest()

    assert found == TAKEN_FROM[name], "read what changed, change ours accordingly, then put the new hash here"


@pytest.fixture(scope="module")
def both(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with that client and the one of this project, and nothing else."""
    folder = tmp_path_factory.mktemp("both")
    for name, found in (("sink_client", place / "sink_client"), ("own_client", ROOT / "generated_client")):
        files.write(folder / name, files.read(found))
    return folder


VERSIONS = pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])


@VERSIONS
def test_mypy_is_strictly_content(both: Path, version: str) -> None:
    # What mypy would remember for a second run is written for nobody.
    options = ["--strict", "--config-file=", "--cache-dir=/dev/null", f"--python-version={version}"]
    command = [*options, "sink_client", "own_client"]
    done = subprocess.run([sys.executable, "-m", "mypy", *command], cwd=both, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


@VERSIONS
def test_pyright_is_strictly_content(both: Path, version: str) -> None:
    settings = {"typeCheckingMode": "strict", "pythonVersion": version, "include": ["sink_client", "own_client"]}
    (both / f"{version}.json").write_text(json.dumps(settings))
    command = ["--warnings", "--pythonpath", sys.executable, "--project", f"{version}.json"]
    done = subprocess.run([sys.executable, "-m", "basedpyright", *command], cwd=both, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_nothing_is_hidden_from_type_checkers_and_nothing_else_is_imported(place: Path) -> None:
    allowed = {"httpx", "attrs", *sys.stdlib_module_names}
    for file in place.rglob("*.py"):
        text = file.read_text("utf-8")
        assert "type: ignore" not in text and "pyright:" not in text and "noqa" not in text, file
        for node in ast.walk(ast.parse(text)):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            assert {name.partition(".")[0] for name in names} <= allowed, file


def test_every_kind_of_parameter_goes_where_it_belongs(ask: Ask) -> None:
    request, part = ask(
        "things.get_part",
        httpx.Response(203, json=PART),
        "a/b?c%",
        7,
        filter_="x eq 'y'",
        query=["one", "two"],
        since=datetime.date(2030, 1, 31),
        sort="up",
        x_trace=UUID(PART["id"]),
        x_depth=3,
        session="s",
    )

    assert request.method == "GET"
    assert request.url.raw_path.partition(b"?")[0] == b"/base/things/a%2Fb%3Fc%25/parts/7"
    assert request.url.params.multi_items() == [
        ("$filter", "x eq 'y'"),
        ("query", "one"),
        ("query", "two"),
        ("since", "2030-01-31"),
        ("deep", "true"),
        ("sort", "up"),
    ]
    assert (request.headers["x-trace"], request.headers["x-depth"]) == (PART["id"], "3")
    assert request.headers["cookie"] == "session=s"
    assert "content-type" not in request.headers
    assert part.id == UUID(PART["id"])


def test_parameters_left_out_are_not_sent(ask: Ask) -> None:
    request, _ = ask("things.get_part", httpx.Response(200, json=PART), "a", 1, x_depth=0, deep=None)

    assert request.url.query == b""
    assert "cookie" not in request.headers and "x-trace" not in request.headers


def test_every_kind_of_value_is_read_and_written(sink: Any) -> None:
    models = sink("models")
    before = json.dumps(PART)
    part = models.Part.from_dict(PART)

    assert part.made == datetime.datetime(2030, 1, 31, 12)
    assert (part.day, part.days) == (datetime.date(2030, 1, 31), [datetime.date(2030, 1, 31)])
    assert (part.kind, part.level) == (models.PartKind.GEAR, models.PartLevel.VALUE_2)
    assert part.owner is None and part.maybe is None
    assert part.either == models.Problem(title="a problem")
    assert part.additional_properties_ is True
    assert part.shelves.additional_properties["top"].title == "full"
    assert part.inside[0].inside == []
    assert part.additional_properties == {"unknown": {"deep": [1]}}
    assert part.to_dict() == PART
    assert json.dumps(PART) == before


@pytest.mark.parametrize(
    "name, odd",
    [
        ("id", "no UUID"),
        ("id", 5),
        ("made", "yesterday"),
        ("day", 7),
        ("kind", "a kind that came later"),
        ("level", "2"),
        ("fixed", "no"),
        ("either", 1.5),
        ("days", ["?"]),
        ("owner", "somebody"),
        ("to_dict", {"an": "object"}),
    ],
)
def test_a_scalar_of_another_kind_is_kept_as_it_came(sink: Any, name: str, odd: Any) -> None:
    changed = {**PART, name: odd}

    assert sink("models").Part.from_dict(changed).to_dict() == changed


@pytest.mark.parametrize("name", ["grid", "days", "parent", "notes", "shelves", "size", "day", "level"])
def test_null_in_an_optional_member_is_kept(sink: Any, name: str) -> None:
    changed = {**PART, name: None}

    assert sink("models").Part.from_dict(changed).to_dict() == changed


@pytest.mark.parametrize(
    "name, wrong, said",
    [
        ("inside", {}, "/inside is no list"),
        ("inside", None, "/inside is no list"),
        ("inside", [7], "/inside/0 is no object"),
        ("inside", [{**PART, "inside": "x"}], "/inside/0/inside is no list"),
        ("grid", [1], "/grid/0 is no list"),
        ("parent", [], "/parent is no object"),
        ("shelves", {"a/b": "x"}, "/shelves/a~1b is no object"),
        ("shelves", {"~": {}}, "/shelves/~0/title is missing"),
        ("either", {}, "/either/title is missing"),
        ("size", {"unit": "m"}, "/size/width is missing"),
        ("id", ..., "/id is missing"),
    ],
)
def test_what_holds_others_must_be_what_it_is_said_to_be(sink: Any, name: str, wrong: Any, said: str) -> None:
    changed = {key: each for key, each in {**PART, name: wrong}.items() if each is not ...}

    with pytest.raises(sink("reading").Misfit, match=f"^{re.escape(said)}$"):
        sink("models").Part.from_dict(changed)


def test_models_take_their_fields_by_name_alone(sink: Any) -> None:
    with pytest.raises(TypeError):
        sink("models").Problem("title")
    assert sink("models").Problem(title="t", additional_properties={"x": 1}).to_dict() == {"title": "t", "x": 1}


def test_an_answer_may_have_no_body(ask: Ask) -> None:
    assert ask("things.remove_part", httpx.Response(204), "a", 1)[1] is None
    assert ask("default.peek", httpx.Response(200))[1] is None


def test_an_answer_may_be_any_json_a_text_a_file_or_a_list(ask: Ask, sink: Any) -> None:
    file = sink("types").File(BytesIO(b"content"), "a.txt", "text/plain")
    part = {key: PART[key] for key in ("id", "made", "kind", "inside")}

    assert ask("default.ping", httpx.Response(200, json=[1, None]))[1] == [1, None]
    text = httpx.Response(
        200, content="grün".encode("latin-1"), headers={"content-type": "text/plain; charset=latin-1"}
    )
    upload = sink("models").UploadUpload(content=file)
    assert ask("files.upload", text, body=upload)[1] == "grün"
    request, download = ask("files.download", httpx.Response(200, content=b"\x00\xff"))
    assert request.headers["accept"] == "*/*"
    assert download.payload.read() == b"\x00\xff"
    assert [each.to_dict() for each in ask("files.replace_file", httpx.Response(200, json=[part]))[1]] == [part]


def test_a_form_with_a_file_has_its_parts(ask: Ask, sink: Any) -> None:
    models = sink("models")
    file = sink("types").File(BytesIO(b"content"), "a.txt", "text/plain")
    upload = models.UploadUpload(content=file, pages=[1, 2], about=models.Problem(title="t"))
    request, _ = ask("files.upload", httpx.Response(200, text=""), body=upload)
    sent = request.content.decode()

    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert 'name="content"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\ncontent\r\n' in sent
    assert sent.count('name="pages"') == 2
    assert 'name="about"\r\nContent-Type: application/json\r\n\r\n{"title":"t"}' in sent


def test_a_body_may_be_of_several_kinds_or_left_out(ask: Ask, sink: Any) -> None:
    models = sink("models")
    anything = httpx.Response(200)
    as_json, _ = ask("files.describe_file", anything, body=models.Problem(title="t"))
    as_form, _ = ask("files.describe_file", anything, body=models.Form(name="n", size=2))
    nothing, _ = ask("files.describe_file", anything)
    content, _ = ask("files.replace_file", httpx.Response(200, json=[]), body=sink("types").File(BytesIO(b"raw")))

    assert (as_json.headers["content-type"], as_json.content) == ("application/json", b'{"title":"t"}')
    assert (as_form.headers["content-type"], as_form.content) == ("application/x-www-form-urlencoded", b"name=n&size=2")
    assert "content-type" not in nothing.headers and nothing.content == b""
    assert (content.headers["content-type"], content.content) == ("application/octet-stream", b"raw")


def test_a_range_and_a_default_are_documented_errors(ask: Ask, sink: Any) -> None:
    errors, models = sink("errors"), sink("models")
    body = models.Shipment(label="l", parcels=[])
    with pytest.raises(errors.StatusError) as ranged:
        ask("parcels.ship_parcels", httpx.Response(418, json={"title": "no", "code": 5}), body=body)
    with pytest.raises(errors.StatusError) as default:
        ask("parcels.ship_parcels", httpx.Response(302, json={"trouble": "x"}), body=body)

    assert (ranged.value.parsed, ranged.value.code, ranged.value.message) == (
        models.Problem(title="no", code=5),
        5,
        "no",
    )
    assert default.value.documented and default.value.parsed.trouble == "x"


def test_any_operation_may_answer_mixed_and_be_sent_once(ask: Ask, sink: Any) -> None:
    models, once = sink("models"), sink("once")
    parcels = [models.Parcel(ref="a"), models.Parcel(ref="b"), models.Parcel(ref="c")]
    body = models.Shipment(label="l", parcels=parcels)
    answer = {"outcomes": [{"ref": "b", "reason": 9, "detail": "too wide"}, {"ref": "a"}]}
    _, result = ask("parcels.ship_parcels", httpx.Response(200, json=answer), body=body)

    assert [(each.key, each.code, each.message, each.recipient) for each in result.refused] == [
        ("b", 9, "too wide", parcels[1])
    ]
    assert [each.recipient for each in result.queued] == [parcels[0]]
    assert result.unanswered == (parcels[2],)
    assert repr(result) == "<Outcome: 1 of 2 recipients refused (9: 1), 1 without an answer>"
    assert callable(sink("api.parcels.ship_parcels").sync_once) and once.Repeats().tries == 4


@pytest.mark.parametrize("form", ["sync", "sync_once"])
def test_parameters_and_members_may_be_called_what_a_client_has_anyway(ask: Ask, sink: Any, form: str) -> None:
    models = sink("models")
    body = models.Shipment(label="l", parcels=[models.Parcel(ref="a")])
    answer = {"outcomes": [{"ref": "a"}], "queued": 1, "summary": "all of it"}
    sent: list[httpx.Request] = []

    def answering(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=answer)

    client = sink("client").AuthenticatedClient("https://sink.test", "token")
    client.set_httpx_client(httpx.Client(transport=httpx.MockTransport(answering)))
    with client:
        call = getattr(sink("api.parcels.ship_parcels"), form)
        result = call(client=client, body=body, body_="b", once="o", repeats_=2, sync="s")

    assert sent[0].url.params.multi_items() == [("body", "b"), ("once", "o"), ("repeats", "2")]
    assert sent[0].headers["sync"] == "s"
    assert [each.key for each in result.queued] == ["a"]
    assert (result.queued_, result.summary_, result.to_dict()) == (1, "all of it", answer)


def test_a_key_may_be_a_uuid(sink: Any) -> None:
    models = sink("models")
    one, two = UUID(PART["id"]), UUID(int=2)
    sent = [models.Parcel(ref=one), models.Parcel(ref=two)]
    result = models.Outcome(outcomes=[models.ParcelOutcome(ref=one, reason=9)]).belongs_to(sent)

    assert [(each.key, each.recipient) for each in result.refused] == [(PART["id"], sent[0])]
    assert result.unanswered == (sent[1],)


def test_whatever_operations_and_models_import_is_no_name_of_a_class() -> None:
    texts = [(TEMPLATES / name).read_text("utf-8") for name in ("endpoint_module.py.jinja", "model.py.jinja")]
    lines = re.findall(r"^from (?!attrs)[\w.]+ import (?!calls|writing)([\w, ]+)$", "\n".join(texts), re.MULTILINE)
    names = {name for line in lines for name in line.split(", ") if " as _" not in name and not name.islower()}

    assert {"Client", "MixedResult", "Response"} <= names
    assert names - {"TYPE_CHECKING"} <= generate.IMPORTED


def test_texts_of_a_contract_stay_texts(place: Path) -> None:
    readme = (place / "sink_client/README.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)

    assert readme.startswith("# Kitchen sink: a client for Python\n")
    assert len(blocks) == 2 + 9 + 1
    for block in blocks:
        ast.parse(block)


def test_tokens_are_asked_for_as_the_contract_has_it(sink: Any) -> None:
    about = sink("about")

    assert (about.TOKEN_URL, about.TOKEN_SCOPES) == ("https://sink.test/token", ("ship", "look"))
    assert (about.TOKEN_REQUEST, about.TOKEN_ACCOUNT, about.TOKEN_BASE_URL) == ("form", None, None)
    assert about.PRODUCT == "kitchen-sink-client"
