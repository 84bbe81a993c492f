# SPDX-License-Identifier: MIT
"""Lists of changes to the sources: blocks of lines, apart by an empty one. First the heads, then
what "-" lines say stands in the file once, and what "+" lines say takes its place.
"""


class Change:
    """Its heads by their names, among them the path; old and new."""

    def __init__(self, where, block, heads):
        lines = block.splitlines()
        for name, line in zip(heads, lines):
            setattr(self, name, line)
        rest = lines[len(heads):]
        self.old = "\n".join(line[1:] for line in rest if line.startswith("-"))
        self.new = "\n".join(line[1:] for line in rest if line.startswith("+"))
        if not self.old or any(line[0] not in "-+" for line in rest):
            raise SystemExit(f"{where}: {lines[0]}: what is to be changed?")

    def applied(self, text):
        """None: it does not fit."""
        if text.count(self.old) != 1:
            return None
        old = self.old + "\n" if not self.new else self.old
        return text.replace(old, self.new)


def read(path, heads):
    blocks = path.read_text(encoding="utf-8").strip().split("\n\n")
    return [Change(path, block, heads) for block in blocks if not block.startswith("#")]
