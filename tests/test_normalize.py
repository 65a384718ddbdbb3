import shutil
from pathlib import Path

import pytest
import yaml
from ruamel.yaml import YAML

from scripts.normalize import contract_text, main
from scripts.validity import ContractInvalid, Schemas, check_valid

FOLDER = Path(__file__).parent.parent / "openapi"
SEND = "/messaging/v1/sms/messages/"


@pytest.fixture(scope="module")
def made():
    return contract_text(FOLDER)


@pytest.fixture(scope="module")
def contract(made):
    return yaml.safe_load(made[0])


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "contract")
    return tmp_path / "contract"


def run(capsys, *arguments):
    status = main([str(each) for each in arguments])
    return status, *capsys.readouterr()


def test_what_is_on_disk_is_what_the_sources_yield(made):
    assert (FOLDER / "openapi.yaml").read_text() == made[0]


def test_same_sources_give_same_bytes(folder, capsys):
    run(capsys, "--contract", folder, "--out", folder / "a.yaml")
    run(capsys, "--contract", folder, "--out", folder / "b.yaml")

    assert (folder / "a.yaml").read_bytes() == (folder / "b.yaml").read_bytes()


def test_contract_is_valid_and_free_of_conflicts(made, contract):
    check_valid(contract)

    assert contract["openapi"] == "3.1.1"
    assert (made[1].register.open, made[1].register.stale) == ((), ())


def test_yaml_readers_agree(made, contract):
    assert YAML(typ="safe", pure=True).load(made[0]) == contract


def test_first_lines_say_what_made_it(made):
    assert made[0].startswith("# Emitted by `python -m scripts.normalize` from source/swagger.json, ")


def test_examples_of_the_page_are_named(contract):
    operation = contract["paths"][SEND]["post"]
    request = operation["requestBody"]["content"]["application/json"]["examples"]
    accepted = operation["responses"]["202"]["content"]["application/json"]["examples"]

    assert list(request) == ["Example"]
    assert list(accepted) == ["Example", "MixedResponses"]
    assert accepted["MixedResponses"]["value"]["responses"][0]["errorcode"] == 109106


def test_operation_answers_what_the_rulings_say(contract):
    operation = contract["paths"][SEND]["post"]

    assert operation["operationId"] == "sendSMSMessageMultipleRecipients"
    assert list(operation["responses"]) == ["202", "400", "401", "403", "415", "429", "500", "503"]


def test_server_and_security(contract):
    assert contract["servers"][0]["url"] == "https://{subdomain}.rest.marketingcloudapis.com"
    assert contract["servers"][0]["variables"]["subdomain"]["default"] == "YOUR_SUBDOMAIN"
    assert contract["security"] == [{"oauth2": ["sms_send"]}, {"bearer": []}]


def test_codes_are_listed_once_and_never_enumerated(made, contract):
    codes = [row["code"] for row in contract["x-error-codes"]]

    assert codes == sorted(set(codes))
    assert {row["where"] for row in contract["x-error-codes"]} == {"response", "item"}
    assert "enum:" not in made[0]


def answer(errorcode, *items, **members):
    return {"requestId": "r", "errorcode": errorcode, "responses": list(items), **members}


QUEUED = {"messageKey": "k"}
REFUSED = {"messageKey": "l", "errorcode": 109106, "message": "m"}
MESSAGE = "MCMS_UTM_ResponsesHasErrors: 1 of 2"


def faults(contract, name, value):
    return Schemas(contract).breaches(("components", "schemas", name), value)


@pytest.mark.parametrize(
    "value, fits",
    [
        (answer(0, QUEUED), True),
        (answer(109001, REFUSED, QUEUED, message=MESSAGE), True),
        (answer(109001, {**REFUSED, "errorcode": 999999, "new": 1}, message=MESSAGE, new=1), True),
        (answer(0, REFUSED, QUEUED), False),
        (answer(109001, QUEUED, message=MESSAGE), False),
        (answer(109001, REFUSED), False),
        (answer(109001, REFUSED, message="failed"), False),
        (answer(0, QUEUED, message=MESSAGE), False),
        (answer("0", QUEUED), False),
        (answer(0), False),
        (answer(109001, {**REFUSED, "errorcode": 0}, message=MESSAGE), False),
        (answer(109001, {"messageKey": "l", "errorcode": 109106}, message=MESSAGE), False),
        (answer(0, {"messageKey": "k", "message": "m"}), False),
        (answer(0, {}), False),
        ({}, False),
    ],
)
def test_answer_to_a_send(contract, value, fits):
    assert (not faults(contract, "ResponseSendMessageMultipleRecipientsSMS_202", value)) == fits


@pytest.mark.parametrize(
    "value, fits",
    [
        ({"definitionKey": "d", "recipients": [{}]}, True),
        ({"definitionKey": "d", "recipients": [{"messageKey": "k" * 101}, {"messageKey": "k" * 101}]}, True),
        ({"definitionKey": "d", "recipients": [{"attributes": {"a": [1]}}], "attributes": {"b": None}}, True),
        ({"definitionKey": "d", "recipients": []}, False),
        ({"definitionKey": "d"}, False),
        ({"recipients": [{}]}, False),
        ({"definitionKey": "d", "recipients": [{}], "recipient": {}}, False),
        ({"definitionKey": "d", "recipients": [{"subscriberKey": "s"}]}, False),
        ({"definitionKey": "d", "recipients": [{}], "content": {"text": "t"}}, False),
        ({"definitionKey": "d", "recipients": [{}], "subscriptions": {"resubscribe": "yes"}}, False),
    ],
)
def test_request_for_a_send(contract, value, fits):
    assert (not faults(contract, "RequestSendMessageMultipleRecipientsSMS", value)) == fits


def test_report_names_every_mend_repair_and_count(folder, capsys):
    status, out, _ = run(capsys, "--contract", folder)
    lines = out.splitlines()

    assert status == 0
    assert f"{folder}/source/swagger.json#/_swagger: swagger-marker: read as `swagger`" in lines
    page = f"{folder}/source/pages/sendSMSMessageMultipleRecipients.md"
    assert f"{page}:30:45: missing comma added" in lines
    assert f"{page}:38:36: trailing comma removed" in lines
    assert lines[-1].startswith(f"{folder}/openapi.yaml written: 1 operation, 3 schemas, ")


def test_change_that_was_made_is_told(folder, capsys):
    replaced(folder / "overlay.yaml", "minItems: 1", "minItems: 2")
    _, out, _ = run(capsys, "--contract", folder)

    assert "1 change: 1 breaking for callers, none for servers." in out
    assert f"POST {SEND}\n  callers   request body application/json: recipients: minItems is 2 now, and was 1" in out


def test_no_change_is_told_as_well(folder, capsys):
    assert "\nNo change.\n" in run(capsys, "--contract", folder)[1]


def test_contract_that_cannot_be_read_is_replaced(folder, capsys):
    (folder / "openapi.yaml").write_text("a: [")

    assert run(capsys, "--contract", folder)[0] == 0


def test_check_passes_on_what_was_written(folder, capsys):
    assert run(capsys, "--contract", folder, "--check")[0] == 0


@pytest.mark.parametrize(
    "change", [lambda b: b.replace(b"109001", b"109002"), lambda b: b + b"\xff", lambda b: b + b"\n"]
)
def test_check_notices_any_change(folder, capsys, change):
    file = folder / "openapi.yaml"
    file.write_bytes(change(file.read_bytes()))
    before = file.read_bytes()
    status, out, _ = run(capsys, "--contract", folder, "--check")

    assert status == 1
    assert f"{file} differs from what its sources yield." in out
    assert file.read_bytes() == before


def test_conflict_without_a_ruling_is_told_and_fails_the_check(folder, capsys):
    (folder / "overlay.yaml").unlink()
    status, out, _ = run(capsys, "--contract", folder)
    checked = run(capsys, "--contract", folder, "--check")

    assert status == 0
    assert f".md:48:3: conflict: field-type POST {SEND} 202 errorcode: errorcode: 0 (and 1 more), but " in out
    assert checked[0] == 1
    assert "Rule on it in an overlay, " in checked[1]


def test_pages_and_overlay_may_be_absent(folder, capsys):
    shutil.rmtree(folder / "source/pages")
    (folder / "overlay.yaml").unlink()
    status, out, _ = run(capsys, "--contract", folder)

    assert status == 0
    assert out.splitlines()[-1].endswith(
        "1 operation, 2 schemas, 0 examples; "
        "12 mends, 0 pages, 0 repairs, 0 overlay actions, 0 conflicts, 0 open conflicts."
    )


def replaced(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    "name, old, new, told",
    [
        ("source/swagger.json", '"info": {', '"info": {,', ":2:11: is not JSON: "),
        (
            "source/swagger.json",
            '"basePath": "/"',
            '"basePath": {}',
            "#/basePath: an object stands where a string is due",
        ),
        ("source/swagger.json", '"https://YOUR_SUBDOMAIN.', '"your subdomain.', "swagger.json#/host: "),
        ("overlay.yaml", "overlay: 1.1.0", "overlay: [", "/overlay.yaml:"),
        (
            "overlay.yaml",
            "- target: $\n",
            "- target: $.nowhere\n",
            ": action 2, target $.nowhere: matches nothing",
        ),
        (
            "overlay.yaml",
            "    required: true",
            "    required: true\n    required: true",
            ":60:5: is not YAML that holds JSON",
        ),
        ("overlay.yaml", "minItems: 1", "minItems: one", "minItems: is not valid OpenAPI 3.1"),
        (
            "overlay.yaml",
            "schemas/Error'",
            "schemas/Fault'",
            "the reference '#/components/schemas/Fault' leads nowhere",
        ),
        (
            "overlay.yaml",
            "    responses:\n      BadRequest:",
            "    responses:\n      A: {$ref: '#/components/responses/B'}\n"
            "      B: {$ref: '#/components/responses/A'}\n      BadRequest:",
            "the reference '#/components/responses/B' leads round in a circle",
        ),
        (
            "source/pages/sendSMSMessageMultipleRecipients.md",
            '"requestId"',
            '"requestId" =',
            ".md:47:15: the example is not JSON: ",
        ),
    ],
)
def test_bad_source_is_told_in_a_sentence_and_nothing_is_written(folder, capsys, name, old, new, told):
    replaced(folder / name, old, new)
    before = (folder / "openapi.yaml").read_bytes()
    status, out, error = run(capsys, "--contract", folder)

    assert (status, out, error.count("\n")) == (2, "", 1)
    assert told in error
    assert (folder / "openapi.yaml").read_bytes() == before


def test_missing_folder_is_told(tmp_path, capsys):
    status, _, error = run(capsys, "--contract", tmp_path / "none")

    assert (status, error.count("\n")) == (2, 1)
    assert "swagger.json: cannot be read (No such file or directory)" in error


@pytest.mark.parametrize("out", ["none/openapi.yaml", "."])
def test_out_that_cannot_be_written_is_told(tmp_path, capsys, out):
    status, _, error = run(capsys, "--contract", FOLDER, "--out", tmp_path / out)

    assert (status, error.count("\n")) == (2, 1)
    assert "cannot be written" in error
    assert list(tmp_path.iterdir()) == []


def test_invalid_contract_is_told_with_its_place():
    with pytest.raises(ContractInvalid, match=r"^the contract at #/info: is not valid OpenAPI 3\.1: "):
        check_valid({"openapi": "3.1.1", "info": {"title": "T"}, "paths": {}})
