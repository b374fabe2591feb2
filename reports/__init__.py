"""The reports room: record files in, one self-contained HTML report out.

Reads files only: conformance JSON lines, pytest-benchmark JSON, asv results and
Chrome traces. It imports no other room, so any report can be rebuilt from raw files.

    records/*.jsonl ──▶ load_conformance ─┐
    records/*.json  ──▶ load_compare     ─┼─▶ tidy frames ─▶ views ─▶ page ─▶ site/report.html
    .asv/results/   ──▶ load_asv         ─┘        (stats: pure numbers, charts: inline SVG)
"""
