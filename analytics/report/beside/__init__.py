"""Pages beside the published one: the internal worklist, and what a failed gate leaves."""
