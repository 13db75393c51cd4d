"""Does the time of a run follow the lines in scope, or lines times policies? Invented policies and extracts say.

    python -m tests.benchmarks.policies WORK [--lines 100000 1000000] [--policies 1 30 300] [--repetitions 3]

Every policy is of a drug of its own, with 20 criteria and three limits. All lines are in scope and are shared among
the policies, so with more policies each has fewer of them; a tenth as many requests answer 20 questions each. Every
run is a process of its own; the policies' numbers take turns. Printed are medians, in seconds: all result tables but
the gate's, what of it is reading the policies, and the slowest tables.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[2]
CRITERIA, LINES_PER_PERSON, LINES_PER_REQUEST = 20, 10, 10

HEAD = """
id = "invented-{n}"
title = "Policy {n}"
drug = "invented drug {n}"
payers = ["Payer {n}"]

[[document]]
name = "Policy"
title = "Policy {n}"
publisher = "nobody: the drug is invented"

[[product]]
hcpcs_code = "{code}"
mg_per_unit = 10
label = "The drug"
citation = "Policy, codes"

[[vial]]
ndc = "12345-{n:04}-xx"
mg = 100
label = "Vial"
citation = "Policy, NDCs"

[criterion."1"]
label = "All criteria are met"
citation = "Policy, criteria"

[[version]]
dated = 2024-01-01
label = "As the document says"
citation = "Policy, history"
authorization_length = {{ months = 12, citation = "Policy, length" }}
initial = {{ id = "1", all = [{leaves}] }}
renewal = {{ id = "1", all = [{leaves}] }}

[[version.regimen]]
name = "usual"
label = "One dose every 21 days"
citation = "Policy, dosing"
"""
LIMIT = """
[[version.regimen.limit]]
id = "{id}"
kind = "{kind}"
at_most = {most}
{more}
label = "A limit"
citation = "Policy, dosing"
"""
LEAF = """
[[question]]
name = "question_{m}"
type = "yes_no"
label = "Question {m}"

[criterion."1.{m}"]
label = "Criterion {m}"
citation = "Policy, criteria"
test = {{ fact = "question_{m}", one_of = ["yes"] }}
"""


def write_policies(folder: Path, n_policies: int) -> None:
    """So many policy files, with billing codes from J1000 on."""
    folder.mkdir(parents=True)
    leaves = ", ".join(f'"1.{m}"' for m in range(1, CRITERIA + 1))
    for n in range(n_policies):
        text = HEAD.format(n=n, code=f"J{1000 + n}", leaves=leaves)
        text += LIMIT.format(id="dose", kind="dose", most=300, more='per = "flat"')
        text += LIMIT.format(id="units", kind="units", most=60, more="window_days = 21")
        text += LIMIT.format(id="frequency", kind="frequency", most=1, more="window_days = 21")
        text += "".join(LEAF.format(m=m) for m in range(1, CRITERIA + 1))
        (folder / f"invented-{n}.toml").write_text(text, encoding="utf-8")


#: Each person is given one drug, every 20 or 21 days; each has a request, whose every 23rd answer is no.
TABLES = {
    "medical_claim": """
        select 'C' || i as claim_id, '1' as claim_line_number, 'P' || (i // $each) as person_id,
            'Payer ' || (i // $each) % $policies as payer,
            date '2024-01-01' + cast((i % $each) * 21 - (i * 7919 % 5 = 0)::integer as integer)
                as claim_line_start_date,
            'J' || (1000 + (i // $each) % $policies) as hcpcs_code, 20 + i % 12 as service_unit_quantity,
            100 * (20 + i % 12) as allowed_amount
        from range($lines) as t(i)
    """,
    "authorization": """
        select 'A' || j as authorization_id, 'P' || j as person_id, 'Payer ' || j % $policies as payer,
            'J' || (1000 + j % $policies) as hcpcs_code, 'initial' as request_type,
            timestamp '2024-01-01 08:00:00' as received_at, timestamp '2024-01-02 08:00:00' as decided_at,
            case when j % 9 = 0 then 'denied' else 'approved' end as decision, date '2024-01-01' as approved_from,
            date '2024-12-31' as approved_to
        from range($lines // $per_request) as t(j)
    """,
    "clinical_answer": """
        select 'A' || j as authorization_id, 'question_' || m as question,
            case when (j + m) % 23 = 0 then 'no' else 'yes' end as answer
        from range($lines // $per_request) as t(j), range(1, $criteria + 1) as u(m)
    """,
}


def write_extract(folder: Path, n_lines: int, n_policies: int) -> None:
    """Claims, requests and answers as Parquet."""
    folder.mkdir(parents=True)
    bound = {"lines": n_lines, "policies": n_policies, "each": LINES_PER_PERSON, "per_request": LINES_PER_REQUEST}
    bound["criteria"] = CRITERIA
    con = duckdb.connect()
    for name, text in TABLES.items():
        given = {key: value for key, value in bound.items() if f"${key}" in text}
        con.sql(text, params=given).write_parquet(str(folder / f"{name}.parquet"))
    con.close()


def one_run(data: Path, policies: Path, scratch: Path) -> dict[str, Any]:
    """Every result table but the gate's, written to a folder: seconds in all and of each SQL file, and peak MB."""
    from analytics.policy import load_policies
    from analytics.results import RESULTS
    from analytics.study import open_study

    began = time.perf_counter()
    load_policies(private=policies)
    read = time.perf_counter() - began
    took: dict[str, float] = {}
    began = time.perf_counter()
    with open_study(data, policies=policies) as study:
        opened = time.perf_counter() - began
        run = study.engine._run

        def timed(name: str) -> None:
            start = time.perf_counter()
            run(name)
            took[name] = took.get(name, 0) + time.perf_counter() - start

        study.engine._run = timed  # type: ignore[method-assign]
        for name, result in RESULTS.items():
            if name == "quality_result":
                continue
            if result.rates is not None:
                study.frame(name)
                continue
            # Written as a report writes them: some have thirty million rows.
            study.prepare(result)
            start = time.perf_counter()
            with study.engine.held(result.made_by) as rows:
                study.engine.export(study.select(result, rows), scratch / f"{name}.parquet")
            took["writing"] = took.get("writing", 0) + time.perf_counter() - start
        n_administrations = study.engine.rows("select count(*) from administration")[0][0]
    whole = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    return {
        "whole": whole,
        "cpu": spent,
        "peak": peak,
        "opened": opened,
        "read": read,
        "took": took,
        "administrations": n_administrations,
    }


def main() -> None:
    """Time all sizes, and print a table."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("work", type=Path)
    words.add_argument("--lines", type=int, nargs="+", default=[100_000, 1_000_000])
    words.add_argument("--policies", type=int, nargs="+", default=[1, 30, 300])
    words.add_argument("--repetitions", type=int, default=3)
    words.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.one:
        with tempfile.TemporaryDirectory(dir=given.work) as scratch:
            print(json.dumps(one_run(*given.one, Path(scratch))))
        return
    for n_lines in given.lines:
        runs: dict[int, list[dict[str, Any]]] = {n: [] for n in given.policies}
        for n in given.policies:
            data, policies = given.work / f"{n_lines}-{n}", given.work / f"policies-{n}"
            if not policies.exists():
                write_policies(policies, n)
            if not data.exists():
                write_extract(data, n_lines, n)
        for _ in range(given.repetitions):
            for n in given.policies:
                folders = (given.work / f"{n_lines}-{n}", given.work / f"policies-{n}")
                command = [
                    sys.executable,
                    "-m",
                    "tests.benchmarks.policies",
                    str(given.work),
                    "--one",
                    *map(str, folders),
                ]
                environment = {**os.environ, "PYTHONPATH": str(ROOT)}
                out = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
                runs[n].append(json.loads(out.stdout))
        for n, found in runs.items():
            _tell(n_lines, n, found)


def _tell(n_lines: int, n: int, found: list[dict[str, Any]]) -> None:
    middle = {key: median(run[key] for run in found) for key in ("whole", "cpu", "peak", "opened", "read")}
    slow = {name: median(run["took"][name] for run in found) for name in found[0]["took"]}
    listed = ", ".join(f"{name} {slow[name]:.2f}" for name in sorted(slow, key=lambda name: -slow[name])[:6])
    print(
        f"{n_lines:>10,} lines, {n:>3} policies: {middle['whole']:.2f} s, {middle['cpu']:.2f} s CPU, "
        f"peak {middle['peak']:.0f} MB ({found[0]['administrations']:,} administrations; "
        f"to open {middle['opened']:.2f}, policies read in {middle['read']:.2f}); {listed}",
        flush=True,
    )


if __name__ == "__main__":
    main()
