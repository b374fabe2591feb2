"""The written page: whole, self-contained, and saying what the frames say."""

from __future__ import annotations

import base64
import json
import re
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from .. import stats, units
from ..__main__ import main
from ..load_compare import load_compare
from ..load_conformance import load_conformance
from . import samples, timing_samples, traces

LARGEST_BYTES = 2_000_000
VOID = {"br", "col", "hr", "img", "input", "link", "meta", "rect", "path", "use", "line"}


class Page(HTMLParser):
    """Collects what the tests ask for: ids, links, loads, svg titles, unclosed tags, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.svgs: list[str] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, and what it refers to."""
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "svg":
            self.svgs.append("")
        if tag == "a":
            self.links.append(found["href"])
        else:
            names = ("src", "href", "srcset", "data", "poster", "action")
            self.loads += [found[name] for name in names if name in found]
        self._open.append(tag)
        if tag in VOID:
            self._open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Check that tags close in order."""
        if tag not in VOID:
            assert self._open.pop() == tag, f"</{tag}> at {self.getpos()} closes nothing"

    def handle_data(self, data: str) -> None:
        """Note text, and the title of the svg that it stands in."""
        self.text.append(data)
        if self._open[-2:] == ["svg", "title"]:
            self.svgs[-1] = data


@pytest.fixture(scope="module", params=["report", "timeline"])
def html(request: pytest.FixtureRequest) -> str:
    """Return each of the two pages."""
    path: Path = request.getfixturevalue(request.param)
    return path.read_text(encoding="utf-8")


def unpacked(html: str, name: str = "cells") -> Any:
    """Return the JSON that the page carries for its script."""
    found = re.search(rf'id="{name}">([^<]*)<', html)
    assert found is not None
    return json.loads(zlib.decompress(base64.b64decode(found[1])))


def test_every_tag_is_closed_and_every_id_is_unique(html: str) -> None:
    """The page parses, and no id stands twice."""
    ids = Page(html).ids
    assert len(ids) == len(set(ids))


def test_nothing_is_loaded_from_anywhere(html: str) -> None:
    """No src, href, url() or import leads out of the page; links to issues are followed by hand."""
    page = Page(html)
    assert [load for load in page.loads if not load.startswith(("#", "data:,"))] == []
    assert re.findall(r"url\((?!#)[^)]*\)|@import|fetch\(|XMLHttpRequest|WebSocket", html) == []
    assert all(link.startswith(("#", "https://")) for link in page.links)


def test_every_internal_link_leads_somewhere(html: str) -> None:
    """Each #name is the id of something."""
    page = Page(html)
    targets = {link[1:] for link in (*page.links, *page.loads) if link.startswith("#")}
    assert targets <= set(page.ids)


def test_every_chart_has_a_title(html: str) -> None:
    """Screen readers and tooltips name each svg."""
    assert all(Page(html).svgs)


def test_page_is_small_enough_to_mail(html: str) -> None:
    """The page stays under 2 MB."""
    assert len(html.encode()) < LARGEST_BYTES


def test_grid_holds_the_verdicts_of_the_frame(report: Path, records: Path) -> None:
    """As many cells of each verdict as rows of the frame; the detail agrees cell by cell."""
    html = report.read_text(encoding="utf-8")
    frame = load_conformance(records).verdicts
    for verdict, count in frame["verdict"].value_counts().items():
        assert len(re.findall(rf'<td class="{verdict}[ "]', html)) == count
    data = unpacked(html)
    shown = {
        (
            data["clauses"][int(row)]["id"],
            data["columns"][int(column)]["subject"],
            data["columns"][int(column)]["start_method"],
        ): cell["verdict"]
        for (row, column), cell in ((key.split(":"), cell) for key, cell in data["cells"].items())
    }
    keys = zip(frame["clause"], frame["subject"], frame["start_method"], strict=True)
    assert shown == dict(zip(keys, frame["verdict"], strict=True))


def test_timings_hold_the_medians_of_the_frame(report: Path, records: Path) -> None:
    """Each median and each ratio of the frame stands in the page, with its unit."""
    text = " ".join(Page(report.read_text(encoding="utf-8")).text)
    frame = load_compare(records)
    medians = {
        label: stats.spread(found).median
        for label, found in zip(frame["entrant"], frame["samples"], strict=True)
        if found
    }
    for median in medians.values():
        assert units.duration(median) in text
        ratio = stats.times_as_fast(medians["multiprocessing:Pool"], median)
        assert units.ratio(ratio) in text


def test_missing_peers_are_named_with_their_pip_line(report: Path) -> None:
    """A pool that is not installed is never silence."""
    text = " ".join(Page(report.read_text(encoding="utf-8")).text)
    assert "No module named 'mpire'" in text
    assert "pip install 'mpire==2.10.2'" in text


def test_hostile_text_stays_text(report: Path) -> None:
    """What a pool says can neither close a script nor become markup."""
    html = report.read_text(encoding="utf-8")
    assert "<script>alert" not in html
    assert "<img" not in html
    assert samples.HOSTILE in str(unpacked(html)["cells"].values())


def test_headline_speaks_for_every_pool(report: Path) -> None:
    """How many of how many conform, and which do not; then each that was judged, in words."""
    text = " ".join(Page(report.read_text(encoding="utf-8")).text)
    assert (
        "2 of 4 pools conform to the MUST clauses they were held to: poolproof (all 2) and "
        "stdlib Pool (all 2). billiard does not. mpire was judged by none."
    ) in text
    assert "poolproof 0.1.0 meets all 2 MUST clauses and all 2 SHOULD clauses." in text
    assert "stdlib Pool 3.13.0 meets all 2 MUST clauses and breaks 1 of 2 SHOULD clauses" in text
    assert "breaks 1 of 2 MUST clauses (MAP-02) and breaks 2 of 2 SHOULD clauses" in text


def test_the_two_counts_are_related_in_words(report: Path) -> None:
    """The headline counts clauses of a level, a card checks: clauses × start methods."""
    text = " ".join(Page(report.read_text(encoding="utf-8")).text)
    relation = "10 of 10 checks (5 clauses, those of every level, × 2 start methods) gave a verdict"
    assert relation in text
    assert "the sentences on top count clauses of one level" in text
    assert "Conditions of the newest of" not in text, "there is one run"


def test_conditions_of_one_run_of_several_are_called_that(tmp_path: Path) -> None:
    """A page that merges runs says whose deadline, load and command it shows."""
    for name, day, deadline_s, load in (("a", 23, 4.0, 1.25), ("b", 24, 7.0, 0.75)):
        header = samples.header(
            started=f"2026-11-{day}T20:00:00+00:00",
            budget={"deadline_s": deadline_s, "calibration_s": 0.04, "scale": 1.0},
            load_average=[load, 0.4, 0.3],
            command=f"pytest conformance --jobs {day}",
        )
        run = [header, *samples.clauses(), *samples.all_pass()]
        samples.write(tmp_path / f"{name}.jsonl", [*run, samples.footer()])
    out = tmp_path / "page.html"
    assert main(["--records", str(tmp_path), "--asv", str(tmp_path), "--out", str(out)]) == 0
    html = out.read_text(encoding="utf-8")
    assert "Conditions of the newest of 2 runs; deadline, load and command of each are" in html
    facts, sources = html.split('<section id="sources">')
    assert "7.00 s a clause" in facts
    assert "4.00 s a clause" not in facts
    for row in (
        "checks, deadline 7.00 s a clause, load 0.75</td>",
        "checks, deadline 4.00 s a clause, load 1.25</td>",
        "<code>pytest conformance --jobs 23</code>",
        "<code>pytest conformance --jobs 24</code>",
    ):
        assert row in sources


def test_no_version_is_shown_where_none_is_known(tmp_path: Path) -> None:
    """A pool in somebody's module is not called "unknown"."""
    subjects = [{"name": "mine:Pool", "version": "unknown"}]
    about = {"subjects": subjects, "expected": 1}
    verdict = samples.verdict("MAP-01", "mine:Pool", "fork")
    samples.write(
        tmp_path / "run.jsonl",
        [samples.header(**about), *samples.clauses(), verdict, samples.footer()],
    )
    test = {"record": "test", "subject": "mine:Pool", "start_method": "fork", "test": "T.test_map"}
    cpython = [samples.header(kind="cpython", **about), test | {"result": "pass"}, samples.footer()]
    samples.write(tmp_path / "cpython.jsonl", cpython)
    out = tmp_path / "page.html"
    assert main(["--records", str(tmp_path), "--asv", str(tmp_path), "--out", str(out)]) == 0
    body = out.read_text(encoding="utf-8").partition("<main>")[2].partition("<script")[0]
    assert "<h1>mine meets 1 of 2 MUST clauses" in body
    assert "unknown" not in body


def test_a_known_failure_is_shown_as_what_it_is(report: Path) -> None:
    """An XFAIL says in parentheses what the body came to; the headline counts it as broken."""
    html = report.read_text(encoding="utf-8")
    assert re.search(r'<td class="XFAIL[^>]*>\(∞\) hang</td>', html)


def test_timeline_marks_what_died_with_its_worker(tmp_path: Path) -> None:
    """A lost item is counted in the sentence and the table, and drawn apart."""
    trace = timing_samples.write_json(tmp_path / "trace.json", traces.with_a_death())
    out = tmp_path / "timeline.html"
    assert main(["--out", str(out), "timeline", str(trace)]) == 0
    html = out.read_text(encoding="utf-8")
    text = " ".join(Page(html).text)
    assert "4 items on 2 workers in 3.00 s" in text
    assert "1 item died with its worker." in text
    assert [lane["lost"] for lane in unpacked(html, "bars")["lanes"]] == [[2], []]


def test_timeline_table_tells_of_the_starved_worker(timeline: Path) -> None:
    """16 one-second items at chunksize 14: the second worker is busy 2 s of 14 s."""
    html = timeline.read_text(encoding="utf-8")
    text = " ".join(Page(html).text)
    assert "16 items on 2 workers in 14.0 s" in text
    assert "14 %" in text
    assert "12,000.000" in text, "the longest idle gap, in ms"
    lanes = unpacked(html, "bars")["lanes"]
    assert [len(lane["steps"]) for lane in lanes] == [2, 14]
