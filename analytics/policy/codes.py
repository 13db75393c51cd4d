"""Code systems: how a code of each is written, and the form in which extracts and tables hold it."""

import re
from collections.abc import Iterable

#: System -> (pattern of a whole code as printed, an example for messages).
SYSTEMS: dict[str, tuple[re.Pattern[str], str]] = {
    # Level II begins with the letter of one of its sections; level I (CPT, as some antibodies have) is all digits.
    "HCPCS": (re.compile(r"[A-EGHJ-MP-V][0-9]{4}|[0-9]{5}"), "J9207"),
    "ICD-10-CM": (re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?"), "C50.911"),
    "LOINC": (re.compile(r"[0-9]{1,7}-[0-9]"), "1920-8"),
    "NDC": (
        re.compile(r"([0-9]{5}-[0-9]{4}|[0-9]{4}-[0-9]{4}|[0-9]{5}-[0-9]{3})-([0-9]{2}|xx)|[0-9]{5}-[0-9]{4}-[0-9]"),
        "70020-1910-xx",
    ),
    "NUCC": (re.compile(r"[0-9A-Z]{9}X"), "207RX0202X"),
    # CMS's places of service, on claim lines.
    "POS": (re.compile(r"0[1-9]|[1-9][0-9]"), "11"),
}

#: Systems that a code list may be of: claims' places are named where they are limited.
LISTED = tuple(system for system in SYSTEMS if system != "POS")

#: Systems whose codes may be named by their beginning, and how such a beginning is written.
PREFIXES: dict[str, tuple[re.Pattern[str], str]] = {
    "ICD-10-CM": (re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{0,4})?"), "C50"),
    "NUCC": (re.compile(r"[0-9A-Z]{2,10}"), "207R"),
}


def fault(system: str, code: str, is_prefix: bool = False) -> tuple[str, str] | None:
    """What is wrong with a code of that system, and what would be right; nothing if it is sound."""
    pattern, example = PREFIXES[system] if is_prefix else SYSTEMS[system]
    what = f"the beginning of a code of {system}" if is_prefix else f"a code of {system}"
    if not pattern.fullmatch(code):
        meant = _meant(system, code)
        right = meant if pattern.fullmatch(meant) else f"one like {example}"
        return f"'{code}' is not written like {what}", right
    if system == "LOINC" and _loinc_check_digit(code[:-2]) != code[-1]:
        return f"'{code}' has a last digit that doesn't check the others", f"{what} such as {example}"
    return None


def _meant(system: str, code: str) -> str:
    """The code in the form in which it is printed: in capitals, with the dot of ICD-10 or the hyphens of an NDC."""
    code = code.strip().upper()
    if system == "ICD-10-CM" and "." not in code and len(code) > 3:
        return f"{code[:3]}.{code[3:]}"
    if system == "NDC":
        code = code.replace("XX", "xx")
        return code if "-" in code else f"{code[:5]}-{code[5:9]}-{code[9:]}"
    return code


def normalized(code: str) -> str:
    """A code as extracts are read: trimmed, upper-cased, without the dot of ICD-10."""
    return code.strip().upper().replace(".", "")


def printed(system: str, code: str) -> str:
    """A code as it is printed: an ICD-10 code that extracts hold without its dot gets it back; others are as they are.

    What is no code of the system stays as it stands.
    """
    meant = _meant(system, code) if system == "ICD-10-CM" else code
    return meant if fault(system, meant) is None else code


def ndc_prefix(code: str) -> str:
    """The digits with which an NDC begins in its form of eleven: nine of them where any package is meant (`xx`)."""
    labeler, product, package = code.split("-")
    return labeler.zfill(5) + product.zfill(4) + ("" if package == "xx" else package.zfill(2))


def ndc_prefixes(codes: Iterable[str]) -> list[str]:
    """The beginnings of several NDCs, each NDC matching one at most: a package of a product named whole is left out."""
    prefixes = {ndc_prefix(code) for code in codes}
    return sorted(one for one in prefixes if not any(one != other and one.startswith(other) for other in prefixes))


def _loinc_check_digit(digits: str) -> str:
    """LOINC's last digit: Luhn's rule (mod 10) over the digits before the hyphen."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += sum(divmod(int(digit) * 2, 10)) if place % 2 == 0 else int(digit)
    return str(-total % 10)
