"""CMS's place-of-service codes by the names that readers know, for `um policy show` and `um explain`."""

from collections.abc import Iterable, Mapping

#: The codes at which a drug may come to be given. Any other of two digits is shown as it is.
NAMES: Mapping[str, str] = {
    "01": "pharmacy",
    "03": "school",
    "04": "homeless shelter",
    "05": "Indian Health Service facility",
    "06": "Indian Health Service facility, part of a hospital",
    "07": "tribal facility",
    "08": "tribal facility, part of a hospital",
    "09": "prison",
    "11": "office",
    "12": "home",
    "13": "assisted living facility",
    "14": "group home",
    "15": "mobile unit",
    "17": "walk-in retail health clinic",
    "19": "off-campus outpatient hospital",
    "20": "urgent care facility",
    "21": "inpatient hospital",
    "22": "on-campus outpatient hospital",
    "23": "emergency room",
    "24": "ambulatory surgical center",
    "26": "military treatment facility",
    "31": "skilled nursing facility",
    "32": "nursing facility",
    "33": "custodial care facility",
    "34": "hospice",
    "49": "independent clinic",
    "50": "federally qualified health center",
    "61": "inpatient rehabilitation facility",
    "62": "outpatient rehabilitation facility",
    "65": "end-stage renal disease treatment facility",
    "71": "public health clinic",
    "72": "rural health clinic",
    "99": "other place",
}

#: All codes that CMS has assigned, those at which no drug is given among them.
ASSIGNED = frozenset(NAMES) | {
    "02",
    "10",
    "16",
    "18",
    "25",
    "27",
    *map(str, range(51, 59)),
    "41",
    "42",
    "60",
    "66",
    "81",
}


def named_place(code: str) -> str:
    """A code with its name: `11 (office)`."""
    return f"{code} ({NAMES[code]})" if code in NAMES else code


def places_words(codes: Iterable[str]) -> str:
    """Places as a choice: `11 (office), 12 (home) or 49 (independent clinic)`."""
    *some, last = [named_place(code) for code in codes]
    return f"{', '.join(some)} or {last}" if some else last
