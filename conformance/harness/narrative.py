"""What a ruling says in words: on the terminal, in a JUnit file, in a job summary."""

import textwrap
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from .ruling import Ruling
from .verdicts import BROKEN, Verdict

_WIDTH = 100
_UNWRAPPED = "replay"  # one line, to be copied whole
_BLOCKS = frozenset({"stand-alone script", "traceback", "stacks", "output"})


class Narrative:
    """What pytest shows of a failure: the whole text, and the line that stands for it.

    pytest and JUnit take that line for the message of a failure.
    """

    def __init__(self, ruling: Ruling) -> None:
        self._text = failure_text(ruling)
        line = f"{ruling.clause.id} {ruling.verdict}: {ruling.reason}"
        self.reprcrash = SimpleNamespace(message=line)

    def __str__(self) -> str:
        return self._text

    def toterminal(self, writer: Any) -> None:
        """Write the text, as pytest asks for it."""
        writer.line(self._text)


def failure_text(ruling: Ruling) -> str:
    """Return what a reader needs who does not know the test's source, always in the same order."""
    clause, seen = ruling.clause, ruling.attempt
    place = f" @ {seen.phase}, {seen.duration_s:.1f} s" if seen.phase else ""
    head = (
        f"{clause.id} {clause.level}  {ruling.verdict}{place}  "
        f"{ruling.subject} under {ruling.start_method}"
    )
    parts = [
        head,
        _part("clause", clause.text),
        _part("source", clause.source),
        *(_block(*told) if told[0] in _BLOCKS else _part(*told) for told in evidence(ruling)),
    ]
    return "\n".join(parts)


def evidence(ruling: Ruling) -> Iterator[tuple[str, str]]:
    """Yield what there is to show for a ruling, each text with its label."""
    seen = ruling.attempt
    texts = (
        ("expected", ruling.expected),
        ("stdlib did", ruling.stdlib),
        ("observed", seen.observed or ruling.reason),
        ("example", seen.example),
        ("check", ruling.check),
        ("replay", ruling.replay),
        ("stand-alone script", seen.script),
        ("traceback", seen.traceback),
        ("stacks", seen.stacks),
        ("output", seen.output),
    )
    return ((label, text) for label, text in texts if text and text.strip())


def properties(ruling: Ruling) -> Iterator[tuple[str, str]]:
    """Yield the properties of a ruling in a JUnit file.

    There a SHOULD that is not met and a difference from what was observed count as passed, and a
    known failure as skipped: what was seen instead is here.
    """
    yield "clause", ruling.clause.id
    yield "level", ruling.clause.level
    yield "verdict", ruling.verdict
    yield "subject", ruling.subject
    yield "start_method", ruling.start_method
    if ruling.verdict is not Verdict.PASS:
        yield "reason", ruling.reason
    if ruling.attempt.verdict in BROKEN:
        told = dict(evidence(ruling))
        for name in ("expected", "stdlib did", "observed", "replay"):
            if name in told:
                yield name.replace(" ", "_"), told[name]
    if ruling.deviation and ruling.deviation.issue:
        yield "issue", ruling.deviation.issue


def _part(label: str, text: str) -> str:
    lines = textwrap.wrap(text, _WIDTH, subsequent_indent=" " * 12) or [""]
    return f"{label:>10}: " + (text if label == _UNWRAPPED else "\n".join(lines))


def _block(label: str, text: str) -> str:
    return f"{label}:\n{textwrap.indent(text.rstrip(), '    ')}"
