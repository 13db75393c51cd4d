"""What one dirty folder is: its fault, its files, and what the product must say of it."""

from collections.abc import Callable
from dataclasses import dataclass

from analytics.sample.draft import LIFTED, Draft

Files = dict[str, bytes]
Spoil = Callable[[Draft], None]
Break = Callable[[Files], None]


@dataclass(frozen=True)
class Fault:
    """A tiny extract with one fault.

    name: the expectation that the folder trips, or a word of its own where it trips none.
    exit_code: 0 (at most a warning), 1 (the gate fails), 2 (the input can't be used).
    reason: why rows are quarantined or excluded, if any are.
    message: words of the sentence with which the product leaves before the gate is asked, if it does.
    group: the folder that it lies in; by default the expectation's table.
    spoil: makes the fault in a clean extract; break_files: makes it in the files.
    """

    name: str
    story: str
    spoil: Spoil | None = None
    exit_code: int = 0
    reason: str = ""
    message: str = ""
    group: str = ""
    persons: int = 4
    break_files: Break | None = None

    @property
    def expectation(self) -> str:
        """The expectation that it is made for, by its id; empty where there is none."""
        return "" if self.group else self.name

    @property
    def findings(self) -> set[str]:
        """The expectations that fail; where the product leaves earlier it does so by its message."""
        return {self.expectation} if self.expectation and not self.message else set()

    @property
    def folder(self) -> str:
        """Its place below the dirty folders."""
        group = self.group or self.name.split(".")[0]
        return self.name if self.name == group else f"{group}/{self.name}"

    def files(self) -> Files:
        """The folder's files by name."""
        draft = Draft(self.persons)
        if self.spoil:
            self.spoil(draft)
        if self.reason and not self.name.endswith(".quarantined"):
            draft.settings += LIFTED
        files = draft.files()
        if self.break_files:
            self.break_files(files)
        return files

    @property
    def beside(self) -> str:
        """What must be found beside the expectation that the folder is called after, as the README says it."""
        words = [f"rows set aside as `{self.reason}`"] if self.reason else []
        words += [f"“… {self.message} …”"] if self.message else []
        return ", ".join(words)
