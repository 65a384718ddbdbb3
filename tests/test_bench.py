import json
import sys

import pytest

from scripts.bench import main
from scripts.bench_documents import OPERATIONS, document
from scripts.bench_processes import PEER, Failure, Measurement, measured
from scripts.bench_report import Growth, Result, data, growth, text
from scripts.document import METHODS, Kind, nodes
from scripts.mends import mended
from scripts.references import bundled
from scripts.swagger2 import converted
from scripts.validity import check_valid


def no_file(path):
    raise AssertionError(path)


def test_made_documents_are_always_the_same():
    assert json.dumps(document(20)) == json.dumps(document(20))


@pytest.mark.parametrize("operations", [1, len(OPERATIONS), 13])
def test_made_documents_have_as_many_operations_as_asked(operations):
    paths = document(operations)["paths"].values()

    assert sum(method in item for item in paths for method in METHODS) == operations


@pytest.mark.parametrize("operations", [50, 400])
def test_made_documents_have_about_4_kb_for_each_operation(operations):
    size = len(json.dumps(document(operations), indent=2))

    assert 3_000 < size / operations < 5_000


def test_made_documents_have_no_fault():
    source = bundled(document(25), no_file, strict=True).document
    settled, mends = mended(source)

    assert mends == ()
    check_valid(converted(settled)[0])


def test_made_documents_hold_the_constructs_that_documents_have():
    made = document(25)
    places = {node["in"] for kind, node, _ in nodes(made) if kind is Kind.PARAMETER and "in" in node}
    keywords = {name for kind, node, _ in nodes(made) if kind is Kind.SCHEMA for name in node}

    assert places == {"path", "query", "header", "body", "formData"}
    assert {"allOf", "discriminator", "enum", "additionalProperties", "readOnly", "x-nullable", "example"} <= keywords


def test_a_process_that_ends_well_is_measured(tmp_path):
    outcome = measured([sys.executable, "-c", ""], tmp_path / "out", 2)

    assert isinstance(outcome, Measurement)
    assert outcome.memory > 1_000_000


def test_a_process_writes_its_file_anew_each_time(tmp_path):
    out = tmp_path / "out"
    out.write_text("old")

    assert isinstance(measured([sys.executable, "-c", f"open({str(out)!r}, 'x')"], out, 2), Measurement)


@pytest.mark.parametrize(
    "program, why",
    [
        ("print('so'); raise SystemExit('this is wrong.')", "exit 1: this is wrong"),
        ("raise ValueError('bad')", "exit 1: ValueError: bad"),
        ("raise SystemExit(3)", "exit 3: it said nothing"),
    ],
)
def test_a_process_that_fails_says_why(tmp_path, program, why):
    assert measured([sys.executable, "-c", program], tmp_path / "out", 1) == Failure(why)


def test_a_command_that_is_not_there_is_told(tmp_path):
    outcome = measured([str(tmp_path / "nothing")], tmp_path / "out", 1)

    assert isinstance(outcome, Failure)
    assert outcome.why.endswith("cannot be run (No such file or directory)")


def test_a_process_that_does_not_end_is_ended(tmp_path):
    outcome = measured([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "out", 1, limit=0.2)

    assert outcome == Failure("not done after 0.2 s")


def test_time_that_grows_with_the_size_is_linear():
    found = growth([(10, Measurement(1.0, 1)), (100, Measurement(1.9, 1)), (1000, Measurement(10.9, 1))])

    assert found is not None
    assert (round(found.small, 6), round(found.large, 6), found.linear) == (0.01, 0.01, True)


def test_time_that_grows_with_the_square_of_the_size_is_not_linear():
    found = growth([(1000, Measurement(100.0, 1)), (10, Measurement(0.01, 1)), (100, Measurement(1.0, 1))])

    assert found is not None
    assert not found.linear


@pytest.mark.parametrize("last", [[], [(1000, Failure("no"))]])
def test_growth_is_not_told_of_fewer_than_three_sizes(last):
    assert growth([(10, Measurement(1.0, 1)), (100, Measurement(2.0, 1)), *last]) is None


def test_time_that_does_not_grow_at_first_is_no_division_by_nothing():
    assert Growth(0.0, 0.1).ratio == float("inf")


MADE = (
    Result("10 operations", 10, 40_000, Measurement(0.5, 50_000_000), Measurement(0.25, 75_000_000)),
    Result("100 operations", 100, 400_000, Measurement(1.4, 60_000_000), Measurement(0.34, 80_000_000)),
    Result("1,000 operations", 1000, 4_000_000, Measurement(10.4, 200_000_000), Measurement(1.24, 160_000_000)),
)
GIVEN = (Result("published.json", 258, 540_111, Measurement(2.0, 90_000_000), Failure("exit 1: no version")),)


def test_table_shows_each_tool_and_how_they_compare():
    assert text(MADE, GIVEN, "peer").splitlines() == [
        "document          operations      size  tool     time  operations/s  memory  times our time  our memory",
        "----------------  ----------  --------  ----  -------  ------------  ------  --------------  ----------",
        "10 operations             10     40 kB  ours   0.50 s            20   50 MB",
        "                                        peer   0.25 s            40   75 MB            0.50        1.50",
        "100 operations           100    400 kB  ours   1.40 s            71   60 MB",
        "                                        peer   0.34 s           294   80 MB            0.24        1.33",
        "1,000 operations       1,000  4,000 kB  ours  10.40 s            96  200 MB",
        "                                        peer   1.24 s           806  160 MB            0.12        0.80",
        "published.json           258    540 kB  ours   2.00 s           129   90 MB",
        "                                        peer   failed",
        "",
        "published.json: peer: exit 1: no version.",
        "ours: an operation more costs 10.00 ms in small documents and 10.00 ms in large ones, 1.00 times as much: "
        "the time grows with the document.",
        "peer: an operation more costs 1.00 ms in small documents and 1.00 ms in large ones, 1.00 times as much: "
        "the time grows with the document.",
    ]


def test_figures_are_json_as_well():
    figures = json.loads(json.dumps(data(MADE, GIVEN, "peer")))

    assert figures["made"][0]["ours"] == {"seconds": 0.5, "memory": 50_000_000}
    assert figures["given"][0]["theirs"] == {"why": "exit 1: no version"}
    assert round(figures["growth"]["ours"]["ratio"], 6) == 1


@pytest.mark.parametrize("arguments", [["--repeat", "0"], ["--operations", "many"], ["--nothing"]])
def test_options_that_mean_nothing_are_refused_in_a_sentence(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("python -m scripts.bench: ")


def test_a_number_of_runs_is_above_nothing(capsys):
    with pytest.raises(SystemExit):
        main(["--repeat", "0"])

    told = "python -m scripts.bench: argument --repeat: '0' is no number above 0. See --help.\n"
    assert capsys.readouterr().err == told


def test_lock_of_the_peer_names_no_registry():
    lock = json.loads((PEER / "package-lock.json").read_text())

    assert lock["packages"]["node_modules/swagger2openapi"]["version"] == "7.0.8"
    assert all("resolved" not in each and ("integrity" in each or not name) for name, each in lock["packages"].items())
