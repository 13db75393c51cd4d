"""What `um policy check` looks at: the form and meaning of a file, its logic, its limits, and its worked examples."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analytics.errors import UserError
from analytics.policy.faults import Faults, KeyPath
from analytics.policy.indications import is_leaf
from analytics.policy.load import FOLDER, disagreements, policy_files, read_policy
from analytics.policy.model import REQUEST_TYPES, Policy, Version
from analytics.workbench.labels import said_doubtfully
from analytics.workbench.limits import conflicts, not_allowed, unheld
from analytics.workbench.logic import never_met, never_picked


@dataclass(slots=True)
class Checked:
    """One file: what makes it unusable, what is wrong with what it says, and what is worth knowing."""

    file: str
    policy: Policy | None
    faults: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    n_examples: int = 0

    def as_record(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "file": self.file,
            "policy": None if self.policy is None else self.policy.id,
            "faults": self.faults,
            "findings": self.findings,
            "notes": self.notes,
            "examples_run": self.n_examples,
        }


def files_to_check(given: Sequence[Path], private: Path | None) -> list[Path]:
    """The files given (a folder stands for its policies); without any, all there are."""
    if not given:
        return [*policy_files(FOLDER), *(policy_files(private) if private is not None else ())]
    files: list[Path] = []
    for path in given:
        if path.is_dir():
            files += policy_files(path)
        elif path.is_file():
            files.append(path)
        else:
            raise UserError(f"There is no policy file '{path}'; right would be a TOML file or a folder of them.")
    return files


def check(files: Sequence[Path], private: Path | None = None) -> list[Checked]:
    """Every file checked, in the order given, and held against the other policies that it would stand beside."""
    found = []
    texts: dict[str, Faults] = {}
    for file in files:
        faults, policy = read_policy(file)
        texts[str(file)] = faults
        found.append(Checked(str(file), policy, faults.messages()))
    _check_together(files, found, private, texts)
    for checked in found:
        if checked.policy is not None and not checked.faults:
            _check_policy(checked, checked.policy, texts[checked.file])
    return found


def exit_code(found: Sequence[Checked]) -> int:
    """0: sound. 1: usable, but something in it is wrong. 2: a file that can't be used."""
    return 2 if any(one.faults for one in found) else int(any(one.findings for one in found))


def _check_together(
    files: Sequence[Path], found: list[Checked], private: Path | None, texts: Mapping[str, Faults]
) -> None:
    """Faults between a file and those that it would be loaded with. texts: of each file."""
    known = _standing(files, found, private)
    shipped = {file.stem: file for file in policy_files(FOLDER)}
    for file, checked in zip(files, found, strict=True):
        if checked.policy is None:
            continue
        other = shipped.get(file.stem)
        if other is not None and other.resolve() != file.resolve():
            taken = Faults(file.name, texts[str(file)].text)
            taken.add(("id",), f"'{file.stem}' is the id of a policy of the product", "another id, and file name")
            checked.faults += taken.messages()
        others = {policy_id: policy for policy_id, policy in known.items() if policy_id != checked.policy.id}
        said = disagreements({**others, checked.policy.id: checked.policy}, {file.name: texts[str(file)].text})
        checked.faults += [message for message in said if message.startswith(f"{checked.policy.id}.toml")]


def _standing(files: Sequence[Path], found: list[Checked], private: Path | None) -> dict[str, Policy]:
    """The policies that can be used, of the product and of the private folder; those checked are not read again."""
    read = {file.resolve(): checked.policy for file, checked in zip(files, found, strict=True)}
    try:
        there = [*policy_files(FOLDER), *(policy_files(private) if private is not None else ())]
    except UserError:
        return {}  # told when the folder's files are
    policies = [read[path] if path in read else read_policy(path)[1] for path in (file.resolve() for file in there)]
    return {policy.id: policy for policy in policies if policy is not None}


def _check_policy(checked: Checked, policy: Policy, faults: Faults) -> None:
    """What a sound form may still get wrong."""
    wrong, known = Faults(faults.file, faults.text), Faults(faults.file, faults.text)
    for path, problem, right, hint in _logic(policy, known):
        wrong.add(path, problem, right, hint)
    for number, version in enumerate(policy.versions):
        for limit_id, problem, right in conflicts(policy, version):
            wrong.add(_limit_path(policy, number, limit_id), problem, right, f'"{limit_id}"')
        for limit_id, said in (*unheld(version), *_doubts(version)):
            known.add(_limit_path(policy, number, limit_id), said, "", f'"{limit_id}"')
        for place, problem, right in not_allowed(version):
            wrong.add(("version", number, "regimen", place, "name"), problem, right)
    _run_examples(checked, policy, wrong)
    _uncovered(policy, known)
    checked.findings, checked.notes = wrong.messages(), known.messages()


def _logic(policy: Policy, known: Faults) -> Iterator[tuple[KeyPath, str, str, str | None]]:
    """Branches that no request can meet. Where a remark speaks of it, readers know, and it is a note."""
    seen: set[str] = set()
    for number, version in enumerate(policy.versions):
        for place, shadowed, by in never_picked(version):
            problem = f"'{shadowed}' can never be picked: '{by}' stands before it and takes every code that it names"
            yield ("version", number, "indication", place, "name"), problem, "the narrower indication first", None
        for request_type in REQUEST_TYPES:
            for node_id, indication in never_met(policy, version, request_type):
                if node_id in seen:
                    continue
                seen.add(node_id)
                tree: KeyPath = (request_type,) if indication is None else ("indication", indication, request_type)
                path: KeyPath = ("version", number, *tree)
                problem = f"'{node_id}' can never be met: what it and the criteria around it ask for exclude each other"
                if policy.criteria[node_id].remark is not None:
                    known.add(path, f"{problem}; its remark speaks of it", "", f'"{node_id}"')
                else:
                    yield path, problem, "tests that can hold together, or a remark that says so", f'"{node_id}"'


def _doubts(version: Version) -> Iterator[tuple[str, str]]:
    """Labels that may mean another amount than the limit's, by the limit's id."""
    for limit in version.limits():
        if said := said_doubtfully(limit):
            yield limit.id, said


def _limit_path(policy: Policy, version: int, limit_id: str) -> KeyPath:
    for place, regimen in enumerate(policy.versions[version].regimens):
        for number, limit in enumerate(regimen.limits):
            if limit.id == limit_id:
                return ("version", version, "regimen", place, "limit", number)
    return ("version", version)


def _run_examples(checked: Checked, policy: Policy, wrong: Faults) -> None:
    """Every worked example through the engine; its database is only loaded where there is an example."""
    checked.n_examples = len(policy.dosing_examples) + len(policy.criteria_examples)
    if not checked.n_examples:
        return
    from analytics.workbench import trial

    dosing, criteria = trial.run(policy)
    for kind, told in (("dosing", dosing), ("criteria", criteria)):
        for number, each in enumerate(told):
            if difference := each.difference():
                wrong.add(
                    ("example", kind, number),
                    f"'{each.title}' fails: {difference}",
                    "what the text says, in the policy and in the example",
                )


def _uncovered(policy: Policy, known: Faults) -> None:
    """What no worked example looks at."""
    exceeded = {limit for example in policy.dosing_examples for limit in (*example.exceeded, *example.advisories)}
    for number, version in enumerate(policy.versions):
        for limit in version.limits():
            if limit.id not in exceeded:
                exceeded.add(limit.id)
                path = _limit_path(policy, number, limit.id)
                known.add(path, f"no worked example exceeds '{limit.id}'", "", f'"{limit.id}"')
    judged = {node for example in policy.criteria_examples for node in (*example.evaluated, *example.reviewed)}
    for name, criterion in policy.criteria.items():
        if is_leaf(criterion) and name not in judged:
            known.add(("criterion", name), "no worked example judges it")
