"""One set of invented facts, and third parties' layouts to write them in; `*.txt` are those files' headers."""
