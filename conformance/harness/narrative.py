"""The text of a ruling that failed: always the same parts in the same order."""

import textwrap

from .ruling import Ruling

_WIDTH = 100


def failure_text(ruling: Ruling) -> str:
    """Return what a reader needs who does not know the test's source."""
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
        _part("expected", ruling.expected),
        _part("stdlib did", ruling.stdlib),
        _part("observed", seen.observed or ruling.reason),
        _part("example", seen.example),
        _part("check", clause.check),
        _part("replay", ruling.replay),
        _block("stand-alone script", seen.script),
        _block("traceback", seen.traceback),
        _block("stacks", seen.stacks),
        _block("output", seen.output),
    ]
    return "\n".join(part for part in parts if part)


def _part(label: str, text: str | None) -> str:
    if not text:
        return ""
    lines = textwrap.wrap(text, _WIDTH, subsequent_indent=" " * 12) or [""]
    return f"{label:>10}: " + "\n".join(lines)


def _block(label: str, text: str | None) -> str:
    return f"{label}:\n{textwrap.indent(text.rstrip(), '    ')}" if text and text.strip() else ""
