"""Verdicts on servers are read from each tool's own report, held against those on the correct server, and told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.mutants.server import BY_NAME
from scripts import bench_server_verdict as verdict
from scripts.bench_processes import Failure
from scripts.bench_server import main
from scripts.bench_server_processes import QUICK, STOCK, THOROUGH, ServerError, fault_names, faults, judged, served
from scripts.bench_server_report import Measured, Setting, data, text
from scripts.bench_server_verdict import Ended, Verdict, is_found

LISTED = """\
troubles any sender may meet; the contract is kept:
  slow                                         Answers later.
faults; each breaks the requirement named:
  says-so                                      Says so. (send-so)
  says-no                                      Says no. (send-no)
"""


def test_faults_are_those_that_break_a_requirement() -> None:
    assert fault_names(LISTED) == ("says-so", "says-no")


@pytest.mark.parametrize("listed", ["", "troubles:\n  slow  Answers later.\n", "troubles:\nfaults; none:\n"])
def test_a_list_without_faults_is_refused_in_a_sentence(listed: str) -> None:
    with pytest.raises(ServerError, match=r"sms-conformance faults: lists none after 'faults;'\. Bring both in line\."):
        fault_names(listed)


def ended(code: int, report: str | None, said: str = "the last words") -> Ended:
    return Ended(seconds=4.0, processor=2.0, code=code, said=said, report=report)


def own_report(*failing: str) -> str:
    records = [{"id": each, "fails": each in failing} for each in ("send-so", "send-no")]
    return json.dumps({"seen": 200, "records": records})


def events(*checks: tuple[str, str, str], more: Any = ()) -> str:
    """The report of Schemathesis: a scenario for each check, its status and title, and two requests in each."""
    scenarios = [
        {
            "ScenarioFinished": {
                "recorder": {
                    "interactions": {"a": {}, "b": {}},
                    "checks": {
                        "a": [
                            {"name": "fine", "status": "success"},
                            {"name": name, "status": status, "failure_info": {"failure": {"title": title}}},
                        ]
                    },
                }
            }
        }
        for name, status, title in checks
    ]
    return "".join(f"{json.dumps(each)}\n" for each in [{"Initialize": {}}, *scenarios, *more])


def test_our_verdict_is_what_fails_the_run() -> None:
    assert verdict.ours(ended(0, own_report())) == Verdict(4.0, 2.0, 200, ())
    assert verdict.ours(ended(1, own_report("send-so"))) == Verdict(4.0, 2.0, 200, ("send-so",))


def test_the_verdict_of_stock_is_each_check_with_its_title() -> None:
    report = events(("schema", "failure", "Wrong"), ("status", "failure", "Odd"), ("schema", "failure", "Wrong"))

    assert verdict.stock(ended(1, report)) == Verdict(4.0, 2.0, 6, ("schema: Wrong", "status: Odd"))


def test_checks_that_were_skipped_accuse_nobody() -> None:
    assert verdict.stock(ended(0, events(("schema", "skip", "Wrong")))) == Verdict(4.0, 2.0, 2, ())


def test_an_answer_that_stock_cannot_read_is_an_accusation() -> None:
    error = {"NonFatalError": {"value": {"type": "ChunkedEncodingError"}}}
    outcome = verdict.stock(ended(1, events(("schema", "success", ""), more=[error])))

    assert outcome == Verdict(4.0, 2.0, 2, ("error: ChunkedEncodingError",))


@pytest.mark.parametrize(
    "outcome, why",
    [
        (verdict.ours(ended(2, None)), "exit 2: the last words"),
        (verdict.ours(ended(0, None, said="")), "exit 0: it said nothing"),
        (verdict.ours(ended(1, own_report())), "exit 1, with 0 accusations in the report"),
        (verdict.ours(ended(0, own_report("send-so"))), "exit 0, with 1 accusations in the report"),
        (verdict.stock(ended(1, events())), "it asked the server nothing"),
        (verdict.stock(ended(1, events(("schema", "success", "")))), "exit 1, with 0 accusations in the report"),
        (
            verdict.stock(ended(1, events(("schema", "failure", "Wrong"), more=[{"FatalError": {}}]))),
            "it broke off with an error of its own",
        ),
    ],
)
def test_a_report_and_an_exit_code_that_disagree_are_no_verdict(outcome: verdict.Outcome, why: str) -> None:
    assert outcome == Failure(why)


def accused(*accusations: str, seconds: float = 2.0, processor: float = 1.0, requests: int = 200) -> Verdict:
    return Verdict(seconds, processor, requests, accusations)


@pytest.mark.parametrize(
    "faulty, found",
    [
        (accused(), False),
        (accused("a"), False),
        (accused("a", "b"), False),
        (accused("c"), True),
        (accused("a", "c"), True),
        (Failure("no"), False),
    ],
)
def test_a_fault_is_found_by_what_the_correct_server_is_never_accused_of(faulty: verdict.Outcome, found: bool) -> None:
    assert is_found([accused("a"), accused("b")], faulty) is found


MEASURED = Measured(
    correct={
        QUICK: [accused(seconds=2.0), accused(seconds=3.0), accused(seconds=2.5)],
        THOROUGH: [accused(seconds=12.0, requests=1800)] * 3,
        STOCK: [accused("schema: Wrong", seconds=4.0, processor=3.5, requests=100)] * 3,
    },
    faulty={
        QUICK: {"says-so": accused("send-so"), "says-no": accused("send-no"), "says-all": Failure("exit 2: no")},
        STOCK: {
            "says-so": accused("schema: Wrong", "status: Odd", seconds=4.0),
            "says-no": accused("schema: Wrong", seconds=8.0),
            "says-all": accused("schema: Wrong", seconds=4.0),
        },
    },
)
SETTING = Setting(24, 10, (), {"Python": "3.11.7", "schemathesis": "4.32.5"})


def test_table_shows_what_each_tool_took_and_found() -> None:
    assert text(SETTING, MEASURED).splitlines() == [
        "server           judged by          time  processor  requests  requests/s  verdict       ours/stock",
        "---------------  --------------  -------  ---------  --------  ----------  ------------  ----------",
        "correct          ours, quick      2.50 s     1.00 s       200        80.0  clean               0.62",
        "                 ours, thorough  12.00 s     1.00 s     1,800       150.0  clean               3.00",
        "                 stock            4.00 s     3.50 s       100        25.0  accused",
        "faulty, 3 of 24  ours, quick      2.00 s     1.00 s       200       100.0  2 of 3 found        0.38",
        "                 stock            4.00 s     1.00 s       200        50.0  1 of 3 found",
        "",
        "stock accuses the correct server, which counts for no fault: schema: Wrong.",
        "ours, quick has no verdict on says-all: exit 2: no.",
        "stock misses:",
        "  says-no",
        "  says-all",
        "The reference server, 10 recipients at most, with Python 3.11.7, schemathesis 4.32.5.",
        "ours: sms-conformance server --strict, by profile. stock: st run as it is by itself, which ends a phase at",
        "its first failure unless --continue-on-failure is given. Every judgement gets a fresh server.",
        "Time: the whole process. Processor: what it took of that, the server's own apart. Of several, the middle.",
        "Ratios: our time in that of stock on the same server, the one in the middle of all.",
        "Found: accused of something that the tool does not accuse the correct server of.",
    ]


def test_options_of_stock_are_told() -> None:
    said = text(Setting(24, 10, ("--continue-on-failure",), {"Python": "3.11.7"}), MEASURED)

    assert "with Python 3.11.7; stock with --continue-on-failure.\n" in said


def test_a_tool_that_never_has_a_verdict_has_no_figures() -> None:
    faulty = {QUICK: {"says-so": Failure("no")}, STOCK: {"says-so": accused()}}
    line = text(SETTING, Measured(MEASURED.correct, faulty)).splitlines()[5]

    assert line.split() == ["faulty,", "1", "of", "24", "ours,", "quick", "failed", "0", "of", "1", "found"]


def test_figures_are_json_as_well() -> None:
    figures = json.loads(json.dumps(data(SETTING, MEASURED)))

    assert (figures["format"], figures["faults"], figures["max_recipients"]) == (1, 24, 10)
    assert figures["correct"][QUICK][1] == {"seconds": 3.0, "processor": 1.0, "requests": 200, "accusations": []}
    assert figures["faulty"][QUICK]["says-so"]["found"] is True
    assert figures["faulty"][QUICK]["says-all"] == {"why": "exit 2: no", "found": False}
    assert figures["faulty"][STOCK]["says-no"]["found"] is False


class Runner:
    """Judges without a server, and remembers what it was asked; quick finds all, stock what ends in an even digit."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, tool: str, fault: str | None, *options: str) -> verdict.Outcome:
        self.asked.append((tool, fault or "", *options))
        if tool == self.failing:
            return Failure("exit 2: no")
        if tool == STOCK:
            return accused("schema: Wrong", *(["status: Odd"] if fault and int(fault[-1]) % 2 == 0 else []))
        return accused(*([fault] if fault else []))


NAMES = [f"fault-{number:02}" for number in range(20)]


def tried(runner: Runner, tool: str) -> list[str]:
    return [fault for name, fault, *_ in runner.asked if name == tool and fault]


@pytest.mark.parametrize(
    "arguments, sample",
    [([], NAMES[::8]), (["--every", "3"], NAMES[::3]), (["--all"], NAMES), (["--every", "99"], NAMES[:1])],
)
def test_both_tools_try_the_same_sample(arguments: list[str], sample: list[str]) -> None:
    runner = Runner()

    assert main(arguments, lambda: NAMES, runner) == 0
    assert (tried(runner, QUICK), tried(runner, THOROUGH), tried(runner, STOCK)) == (sample, [], sample)


def test_the_thorough_profile_tries_faults_when_asked() -> None:
    runner = Runner()
    main(["--every", "10", "--thorough"], lambda: NAMES, runner)

    assert tried(runner, THOROUGH) == ["fault-00", "fault-10"]


def test_everybody_begins_a_round_in_turn() -> None:
    runner = Runner()
    main(["--repeat", "4", "--every", "99"], lambda: NAMES, runner)

    assert [tool for tool, fault in runner.asked if not fault][::3] == [QUICK, THOROUGH, STOCK, QUICK]


def test_stock_may_go_on_after_a_failure() -> None:
    runner = Runner()
    main(["--continue-on-failure"], lambda: NAMES, runner)

    assert all(options == ["--continue-on-failure"] for _, _, *options in runner.asked)


def test_what_is_measured_is_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "figures.json"

    assert main(["--every", "5", "--json", str(file)], lambda: NAMES, Runner()) == 0
    said = capsys.readouterr()
    assert "faulty, 4 of 20  ours, quick" in said.out
    assert "4 of 4 found" in said.out
    assert "2 of 4 found" in said.out
    assert "stock misses:\n  fault-05\n  fault-15\n" in said.out
    assert said.err.splitlines()[-1] == "judging fault-15, 4 of 4 …"
    assert json.loads(file.read_text())["faulty"][STOCK]["fault-10"]["found"] is True


def test_without_a_verdict_on_the_correct_server_nothing_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], lambda: NAMES, Runner(failing=STOCK)) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "the correct server: stock has no verdict (exit 2: no). See why, alone."
    )


@pytest.mark.parametrize("arguments", [["--every", "0"], ["--repeat", "often"], ["--all", "--every", "2"], ["--none"]])
def test_options_that_mean_nothing_are_refused_in_a_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments, lambda: NAMES, Runner())

    assert stopped.value.code == 2
    assert capsys.readouterr().err.startswith("python -m scripts.bench_server: ")


def test_the_faults_that_the_suite_lists_are_all_read() -> None:
    assert faults() == tuple(BY_NAME)


def test_a_fault_is_found_on_a_real_server() -> None:
    outcome = judged(QUICK, "says-errorcode-0-on-a-mixed-answer")

    assert isinstance(outcome, Verdict)
    assert "send-mixed-errorcode" in outcome.accusations
    assert outcome.requests > 100


def test_stock_judges_a_real_server() -> None:
    outcome = judged(STOCK, "leaves-out-the-request-id", "--phases", "examples")

    assert isinstance(outcome, Verdict)
    assert outcome.accusations == ("response_schema_conformance: Response violates schema",)
    assert outcome.requests > 0


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    told = (
        "^the reference server with so: did not start .*there is no fault 'so'.* See whether sms-conformance serve does"
    )
    with pytest.raises(ServerError, match=told), served("so", tmp_path):
        pass
