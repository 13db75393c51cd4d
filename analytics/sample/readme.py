"""The README of a sample folder, written from the list of planted findings."""

from analytics.sample.planted import ENOUGH_PERSONS, GROUPS, planted_in
from analytics.sample.planting import Absent, Expectation, Planted, claim_id, person_id, request_id

HEAD = """\
# A sample of extracts, all of it invented

Every person, practice, number and date in this folder is made up. Nothing was taken from real claims, and
nothing here says how well the drug works. The files were written by

```
um sample OUT --persons {persons} --seed {seed}
```

and the same words write the same bytes again, on every platform.

## What is in it

| file | rows | what it holds |
|---|---:|---|
{files}

Claims run from January 2023 to December 2025, as far as they were paid by 2025-12-31: the last months are
incomplete, as in any extract. Requests begin in October 2022. Of the four plans, Harbor Health Plan is judged
by the policy `ixempra-oncology-injectable` (policy A below; `um.toml` says so), EmblemHealth and ConnectiCare
by `emblemhealth-mg-mm-ph-153` (policy B), which names them, and Summit Mutual by none. The drug is ixabepilone
(J9207); lines of other drugs, visits and tablets stand beside it.

In the project's repository the folder `dirty/` stands beside these files: tiny extracts with one fault each, with a
list of their own.

## What is planted

{count} findings stand at the end of the files. Each is one small story and shows one thing that the product
must report; the test suite holds it to this list. Finding 2 is about person {person}, claims {claims}
and so on, and requests {requests} and so on; every other finding likewise by its number.
{small}"""
FILES = {
    "medical_claim": "claim lines of the drug, of earlier drugs, visits and infusions",
    "authorization": "requests for prior authorization, with decisions and appeals",
    "criterion_review": "what the reviewers recorded, criterion by criterion",
    "clinical_answer": "what the requests documented, question by question",
    "eligibility": "births, deaths and coverage",
    "observation": "body size and liver tests",
    "pharmacy_claim": "capecitabine tablets",
}
SMALL = f"""
In a sample of fewer than {ENOUGH_PERSONS} persons the findings that quarantine claims or requests are left
out: with so few rows around them they would fail the gate.
"""


def readme(persons: int, seed: int, counts: dict[str, int]) -> str:
    """The README's text for a sample of so many persons; `counts` are its rows by table."""
    findings = planted_in(persons)
    files = "\n".join(f"| `{table}.csv` | {counts[table]:,} | {words} |" for table, words in FILES.items())
    parts = [
        HEAD.format(
            persons=persons,
            seed=seed,
            files=files,
            count=len(findings),
            person=person_id(2),
            claims=f"{claim_id(2, 1)}, {claim_id(2, 2)}",
            requests=f"{request_id(2, 1)}, {request_id(2, 2)}",
            small="" if persons >= ENOUGH_PERSONS else SMALL,
        )
    ]
    for group, members in GROUPS.items():
        lines = [_line(finding) for finding in members if finding in findings]
        if lines:
            parts.append(f"\n### {group}\n\n| number | what is planted | what must be reported |\n|---:|---|---|\n")
            parts.append("\n".join(lines) + "\n")
    return "".join(parts)


def _line(finding: Planted) -> str:
    return f"| {finding.number} | **{finding.name}**: {finding.story} | {_reported(finding)} |"


def _reported(finding: Planted) -> str:
    """The expectations in words, those of one row together."""
    together: dict[str, list[str]] = {}
    for wanted in finding.expect:
        together.setdefault(_row(wanted), []).append(_value(wanted))
    if not together:
        return "the day of the report (`as_of`) is 2025-12-31"
    return "; ".join(f"{row}: {', '.join(values)}" for row, values in together.items())


def _row(wanted: Expectation) -> str:
    if wanted.table == "quarantine":
        return f"`quarantine` of {wanted.key['table_name']}"
    if wanted.table == "reconciliation_reason":
        return f"`reconciliation_reason` of {wanted.key['table_name']}"
    names = {"administered_on", "limit_id", "criterion_id", "authorization_id"}
    marks = [str(value) for name, value in wanted.key.items() if name in names]
    return f"`{wanted.table}` {' '.join(marks)}".rstrip()


def _value(wanted: Expectation) -> str:
    value = wanted.value
    if wanted.table == "reconciliation_reason":
        return f"{wanted.key['kind']} as `{wanted.key['reason']}`"
    if isinstance(value, Absent):
        return "no such row"
    if value is None:
        return f"{wanted.column} null"
    if isinstance(value, list):
        return f"{wanted.column} {' and '.join(str(item) for item in value) or 'empty'}"
    return f"{wanted.column} {str(value).lower() if isinstance(value, bool) else value}"
