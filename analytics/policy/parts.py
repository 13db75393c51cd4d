"""Reading the parts of a policy file that others name, or that name none: sources, products, codes, notes."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

from analytics.policy import codes
from analytics.policy.evidence import Code
from analytics.policy.model import (
    AnswerType,
    CodeList,
    Document,
    Note,
    Product,
    Question,
    Revision,
    Vial,
)
from analytics.policy.reader import Table, each, repeated, unique
from analytics.policy.vials import MOST_SETS, sizes_by_code


@dataclass(slots=True)
class Known:
    """What the parts of a file may name, and what of it was named so far."""

    folder: Path
    documents: tuple[str, ...] = ()
    code_lists: Mapping[str, CodeList] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
    used_questions: set[str] = field(default_factory=set)
    used_code_lists: set[str] = field(default_factory=set)
    products: tuple[Product, ...] = ()

    def citation(self, table: Table) -> str:
        """A citation: the name of one of the file's documents, a comma, and the passage in it.

        A file without a document has that one fault, and not another for each citation.
        """
        text = table.text("citation")
        if text and self.documents and not any(text.startswith(f"{name}, ") for name in self.documents):
            right = " or ".join(f"'{name}, PASSAGE'" for name in self.documents)
            table.fault("citation", f"'{text}' names no document of the file", right)
        return text

    def question(self, table: Table, key: str, answer_type: AnswerType) -> str:
        """The name of a question of that type."""
        name = table.text(key)
        self.used_questions.add(name)
        found = self.questions.get(name)
        if name and found is None:
            table.unknown(key, name, "no question of the file", self.questions)
        elif found is not None and found.answer_type != answer_type:
            table.fault(key, f"'{name}' is a question of type {found.answer_type}", f"one of type {answer_type}")
        return name

    def code_list(self, table: Table, key: str, system: str) -> CodeList | None:
        """A code list of that system."""
        name = table.text(key)
        self.used_code_lists.add(name)
        found = self.code_lists.get(name)
        if name and found is None:
            table.unknown(key, name, "no code list of the file", self.code_lists)
        elif found is not None and found.system != system:
            table.fault(key, f"the code list '{name}' is of {found.system}", f"one of {system}")
            return None
        return found


def documents(root: Table) -> tuple[Document, ...]:
    """The sources that citations may name; the first is the policy's own."""

    def read(t: Table) -> Document:
        return Document(t.text("name"), t.text("title"), t.text("publisher"), t.optional_text("dated"))

    found = each(root, "document", read)
    unique(found, lambda document: document.name, root, "document")
    return found


def products(root: Table, known: Known) -> tuple[Product, ...]:
    """The drug's billing codes."""

    def read(t: Table) -> Product:
        return Product(t.text("hcpcs_code"), t.number("mg_per_unit"), t.text("label"), known.citation(t))

    found = each(root, "product", read)
    unique(found, lambda product: product.hcpcs_code, root, "product", "hcpcs_code")
    return found


def vials(root: Table, known: Known) -> tuple[Vial, ...]:
    """The drug's vials. Sizes are bounded and of two decimals, since whole vials are summed step by step."""
    codes = [product.hcpcs_code for product in known.products]

    def read(t: Table) -> Vial:
        ndc, mg, code = t.text("ndc"), t.number("mg"), t.optional_text("hcpcs_code")
        if mg * 100 % 1:
            t.fault("mg", f"{mg} has more than two decimals", "at most two")
        if code and code not in codes:
            t.unknown("hcpcs_code", code, "no [[product]] of the file", codes)
        return Vial(ndc, mg, t.text("label"), known.citation(t), code)

    found = each(root, "vial", read)
    unique(found, lambda vial: vial.ndc, root, "vial", "ndc")
    if found and all(vial.hcpcs_code is None or vial.hcpcs_code in codes for vial in found):
        _vials_of_codes(root, known.products, found)
    return found


def _vials_of_codes(root: Table, products: tuple[Product, ...], found: tuple[Vial, ...]) -> None:
    """Every billing code has a vial, and together they have few enough sets of sizes."""
    by_code = sizes_by_code(products, found)
    for place, product in enumerate(products):
        if not by_code[product.hcpcs_code]:
            right = f"a [[vial]] with hcpcs_code = '{product.hcpcs_code}', or one without hcpcs_code"
            root.faults.add(("product", place, "hcpcs_code"), f"no vial is of '{product.hcpcs_code}'", right)
    if (many := len(set(by_code.values()))) > MOST_SETS:
        root.fault("vial", f"makes {many} different sets of sizes of the billing codes", f"{MOST_SETS} at most")


def code_lists(root: Table, known: Known) -> dict[str, CodeList]:
    """The named code sets, from the file itself or from CSVs beside it (columns `code` and `label`)."""
    found = {}
    for name, table in root.named("code_list"):
        system = table.choice("system", codes.LISTED)
        label, citation = table.text("label"), known.citation(table)
        key = "file" if "file" in table.data else "codes"
        listed = _csv_codes(table, known.folder) if key == "file" else _file_codes(table)
        for each_code in listed:
            if problem := codes.fault(system, each_code.code):
                table.fault(key, *problem, hint=each_code.code)
        for twice in repeated(codes.normalized(each_code.code) for each_code in listed):
            table.fault(key, f"'{twice}' is listed twice", "once")
        found[name] = CodeList(name, system, label, citation, tuple(listed))
    return found


def notes(root: Table, known: Known) -> tuple[Note, ...]:
    """What informs without deciding."""
    return each(root, "note", lambda t: Note(t.text("topic"), t.text("text"), known.citation(t)))


def revisions(root: Table, known: Known) -> tuple[Revision, ...]:
    """The document's own history, oldest first."""

    def read(t: Table) -> Revision:
        return Revision(t.day("dated") or date.min, t.text("summary"), known.citation(t))

    found = each(root, "revision", read)
    if any(later.dated < earlier.dated for earlier, later in pairwise(found)):
        root.fault("revision", "is not in the order of its dates", "the oldest first")
    return found


def _file_codes(table: Table) -> list[Code]:
    return list(each(table, "codes", lambda t: Code(t.text("code"), t.text("label"))))


def _csv_codes(table: Table, folder: Path) -> list[Code]:
    name = table.text("file")
    path = folder / name
    if not name or path.parent != folder or not path.is_file():
        table.fault("file", f"'{name}' is not there", "the name of a CSV in the policy file's folder")
        return []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines))
    if rows[:1] != [["code", "label"]] or len(rows) < 2 or any(len(row) != 2 for row in rows):
        table.fault("file", f"'{name}' is no table of codes", "a header code,label and two values in each row")
        return []
    return [Code(row[0].strip(), row[1].strip()) for row in rows[1:]]
