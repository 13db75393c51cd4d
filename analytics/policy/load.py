"""A folder of policy files -> checked, frozen policies. All faults of all files are reported at once."""

import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from analytics.errors import UserError, nearest
from analytics.policy import criteria, examples, facts, labs, parts, prior_therapy, unreadable, versions
from analytics.policy.faults import Faults, raise_together
from analytics.policy.form import examine
from analytics.policy.model import REQUEST_TYPES, Policy
from analytics.policy.reader import Table

#: The policies that come with the package.
FOLDER = Path(__file__).resolve().parent.parent / "policies"


def load_policies(folder: Path | None = None, private: Path | None = None) -> dict[str, Policy]:
    """Every policy file (`*.toml`) of the folder by policy id, sorted; by default those of the package.

    `private` is a folder of policies beside them. Raises :class:`UserError` with all faults of all files together,
    when a folder holds no policy file, or when both hold a policy of the same id.
    """
    files = policy_files(FOLDER if folder is None else folder)
    if private is not None:
        files += policy_files(private)
    read = [read_policy(file) for file in files]
    raise_together([message for faults, _ in read for message in faults.messages()])
    raise_together(_clashes(files))
    policies = {policy.id: policy for _, policy in sorted(read, key=lambda one: one[0].file) if policy is not None}
    raise_together(disagreements(policies, {faults.file: faults.text for faults, _ in read}))
    return policies


def policy_files(folder: Path) -> list[Path]:
    """The policy files of a folder by name. Raises :class:`UserError` when there is none."""
    files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    # A run's configuration may lie beside the policies.
    files = [file for file in files if file.name != "um.toml"]
    if not files:
        raise UserError(f"{folder} holds no policy; right would be a folder with one TOML file per policy.")
    return files


def load_policy(file: Path) -> Policy:
    """One policy file. Raises :class:`UserError` with all of its faults together."""
    faults, policy = read_policy(file)
    faults.check()
    assert policy is not None  # a file without faults has a policy
    return policy


def known_policy(policies: Mapping[str, Policy], policy_id: str) -> Policy:
    """The policy of that id. Raises :class:`UserError` that lists the ids there are."""
    if policy_id not in policies:
        ids = ", ".join(policies)
        raise UserError(f"There is no policy '{policy_id}'{nearest(policy_id, list(policies))}; there are: {ids}.")
    return policies[policy_id]


def read_policy(file: Path) -> tuple[Faults, Policy | None]:
    """One policy file and everything that is wrong with it; no policy where anything is."""
    text = ""
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise UserError(f"The policy file '{file}' can't be read: {error.strerror}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        faults = Faults(file.name, "")
        faults.add((), *_unreadable(text, error))
        return faults, None
    faults = Faults(file.name, text)
    policy = _policy(Table(faults, (), data, "policy"), file)
    return faults, None if len(faults) else policy


def _unreadable(text: str, error: Exception) -> tuple[str, str]:
    """Why a file is no TOML in UTF-8, and what would be right."""
    if isinstance(error, UnicodeDecodeError):
        return unreadable.not_utf8(error)
    if isinstance(error, tomllib.TOMLDecodeError):
        return unreadable.unreadable(text, error)
    return "holds lists in lists too deep to be read", "a few levels at most"


def _policy(root: Table, file: Path) -> Policy:
    """Reads the parts in the order in which they name each other."""
    examine(root)
    known = parts.Known(file.parent)
    policy_id = root.text("id")
    if policy_id and policy_id != file.stem:
        root.fault("id", f"'{policy_id}' is not the file's name", f"'{file.stem}'")
    title, drug, payers = root.text("title"), root.text("drug"), tuple(root.texts("payers"))
    documents = parts.documents(root)
    known.documents = tuple(document.name for document in documents)
    known.code_lists = parts.code_lists(root, known)
    known.products = parts.products(root, known)
    faults_before = len(root.faults)
    known.questions = facts.questions(root)
    named = criteria.criteria(root, known)
    flags = criteria.flags(root, known, named)
    dated = versions.versions(root, known, named)
    can_judge_examples = len(root.faults) == faults_before
    therapies = prior_therapy.prior_therapies(root, known)
    policy = Policy(
        id=policy_id,
        title=title,
        drug=drug,
        payers=payers,
        documents=documents,
        products=known.products,
        vials=parts.vials(root, known),
        code_lists=known.code_lists,
        questions=known.questions,
        ages=facts.ages(root, known),
        days_since=facts.days_since(root, known),
        labs=labs.labs(root, known),
        prior_therapies=therapies,
        therapy_evidences=prior_therapy.therapy_evidences(root, known, therapies),
        resistances=facts.resistances(root, known),
        implications=facts.implications(root, known),
        criteria=named,
        flags=(*flags, *prior_therapy.contradictions(therapies)),
        versions=dated,
        notes=parts.notes(root, known),
        revisions=parts.revisions(root, known),
        dosing_examples=(),
        criteria_examples=(),
    )
    if root.has("example") and can_judge_examples:
        # Against a faulty tree every second example would look faulty too.
        policy = examples.added(root, policy)
    _unused(root, known, policy)
    return policy


def _unused(root: Table, known: parts.Known, policy: Policy) -> None:
    """What is named and never used is a slip of the pen as often as not."""
    faced = [tree for version in policy.versions for kind in REQUEST_TYPES for _, tree in version.faced(kind)]
    in_trees = {node.criterion.id for tree in faced for node in tree.walk()}
    for what, names, used in (
        ("criterion", policy.criteria, in_trees),
        ("code_list", policy.code_lists, known.used_code_lists),
    ):
        for name in names:
            if name not in used:
                root.faults.add((what, name), "is used nowhere", "to use it or to take it out")
    for place, name in enumerate(policy.questions):
        if name not in known.used_questions:
            root.faults.add(("question", place), f"'{name}' is used nowhere", "to use it or to take it out")


def _clashes(files: Sequence[Path]) -> list[str]:
    """A private policy must not pass for one of the package: which of the two judged would be anyone's guess."""
    first: dict[str, Path] = {}
    return [
        f"{file}, id: '{file.stem}' is the id of {first[file.stem]} too; right would be another id, and file name"
        for file in files
        if first.setdefault(file.stem, file) is not file
    ]


def disagreements(policies: Mapping[str, Policy], texts: Mapping[str, str]) -> list[str]:
    """Faults between files: one billing code under two drug names would put one claim line under both.

    texts: what the files hold, by their names, for the lines.
    """
    drugs: dict[str, Policy] = {}
    found = []
    for policy in policies.values():
        for product in policy.products:
            other = drugs.setdefault(product.hcpcs_code, policy)
            if other.drug != policy.drug:
                file = f"{policy.id}.toml"
                faults = Faults(file, texts.get(file, ""))
                said = (
                    f"{product.hcpcs_code} is billed for '{policy.drug}' here and for '{other.drug}' in {other.id}.toml"
                )
                faults.add(("drug",), said, "one name")
                found += faults.messages()
    return found
