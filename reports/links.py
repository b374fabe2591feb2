"""Turn the references in plain text into links that a reader may follow.

Only references known by their form become links, and only to https pages:
`gh-NNNN` (CPython issue), `bpo-NNNN` (its old tracker), `owner/repo#N` and https URLs.
A link is fetched only when it is clicked.
"""

from __future__ import annotations

import re
from typing import Final

Segment = tuple[str, str | None]  # what is shown, where it leads

_REFERENCE: Final = re.compile(
    r"(?P<url>https://[^\s<>\"'()\[\]]+[^\s<>\"'()\[\].,;])"
    r"|\bgh-(?P<gh>\d+)\b"
    r"|\bbpo-(?P<bpo>\d+)\b"
    r"|\b(?P<repo>[\w.-]+/[\w.-]+)#(?P<issue>\d+)\b"
)


def link_references(plain: str) -> list[Segment]:
    """Split `plain` into segments, with an address where a reference stands."""
    segments: list[Segment] = []
    position = 0
    for match in _REFERENCE.finditer(plain):
        if match.start() > position:
            segments.append((plain[position : match.start()], None))
        segments.append((match.group(), _address(match)))
        position = match.end()
    if position < len(plain):
        segments.append((plain[position:], None))
    return segments


def _address(match: re.Match[str]) -> str:
    if number := match["gh"]:
        return f"https://github.com/python/cpython/issues/{number}"
    if number := match["bpo"]:
        return f"https://bugs.python.org/issue{number}"
    if repo := match["repo"]:
        return f"https://github.com/{repo}/issues/{match['issue']}"
    return match["url"]
