"""What one dirty folder is: its fault, its files, and what the product must say of it."""

from collections.abc import Callable
from dataclasses import dataclass

from analytics.sample.draft import Draft

Files = dict[str, bytes]


@dataclass(frozen=True)
class Fault:
    """A tiny extract with one fault.

    exit_code: 0 (a finding), 1 (the gate fails), 2 (one sentence).
    findings: the expectations that fail, and no others do. reason: why rows are quarantined or excluded, if any are.
    message: words of the sentence with which the product leaves, if it does.
    spoil: makes the fault in a clean extract; break_files: makes it in the files.
    """

    name: str
    story: str
    exit_code: int = 0
    findings: tuple[str, ...] = ()
    reason: str = ""
    message: str = ""
    persons: int = 4
    spoil: Callable[[Draft], None] | None = None
    break_files: Callable[[Files], None] | None = None

    def files(self) -> Files:
        """The folder's files by name."""
        draft = Draft(self.persons)
        if self.spoil:
            self.spoil(draft)
        files = draft.files()
        if self.break_files:
            self.break_files(files)
        return files

    @property
    def found(self) -> str:
        """What must be found, as the README says it."""
        words = [f"`{finding}`" for finding in self.findings]
        if self.reason:
            words.append(f"rows set aside as `{self.reason}`")
        if self.message:
            words.append(f"“… {self.message} …”")
        return ", ".join(words)
