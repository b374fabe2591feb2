"""Timing files made by hand for the tests: pytest-benchmark's and asv's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TASKS = 1000
# Seconds a sample of TASKS items, by label; the stdlib twice: 0.10 s and 0.11 s.
SAMPLES_S = {
    "poolproof:Pool": ("reference", [0.010, 0.011, 0.012]),
    "multiprocessing:Pool": ("baseline", [0.10, 0.10, 0.10]),
    "multiprocessing:Pool (A/A)": ("control", [0.11, 0.11, 0.11]),
    "billiard:Pool": ("peer", [0.10, 0.11, 0.12]),
    "pebble:ProcessPool": ("peer", [0.90, 1.00, 1.10]),
}


def comparison() -> dict[str, Any]:
    """Return a comparison: one group, five entrants measured, one missing."""
    return {
        "datetime": "2026-11-23T20:10:00+00:00",
        "machine_info": {"python_version": "3.13.0"},
        "benchmarks": [
            {
                "group": "map-chunk1-fork",
                "name": f"test_pools[{label}]",
                "stats": {"data": samples_s},
                "extra_info": {
                    **_about(label, role),
                    "tasks": TASKS,
                    "chunksize": 1,
                    "load_average": [0.5, 0.4, 0.3],
                },
            }
            for label, (role, samples_s) in SAMPLES_S.items()
        ],
        "poolproof": {
            "schema": 1,
            "unmeasured": [
                {
                    **_about("mpire:WorkerPool", "peer"),
                    "group": "map-chunk1-fork",
                    "status": "missing",
                    "reason": "No module named 'mpire'",
                    "pip_line": "pip install 'mpire==2.10.2'",
                }
            ],
        },
    }


def _about(label: str, role: str) -> dict[str, Any]:
    return {
        "row": "map-chunk1",
        "title": "map of no-ops, one item a task",
        "start_method": "fork",
        "label": label,
        "pool": label.removesuffix(" (A/A)"),
        "role": role,
        "version": "1.0",
    }


def write_json(path: Path, content: Any) -> Path:
    """Write one JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def write_asv(results: Path, commits: tuple[str, ...] = ("a" * 40, "b" * 40)) -> Path:
    """Write a folder as asv 0.6.6 does: a sweep, a failed value, a stale version."""
    params = [
        ["'poolproof:Pool'", "'multiprocessing:Pool'"],
        ["'fork'", "'spawn'"],
        ["1", "None"],
    ]
    about = {
        "unit": "seconds",
        "version": "v2",
        "param_names": ["pool", "start_method", "chunksize"],
        "params": params,
    }
    write_json(results / "benchmarks.json", {"Map.time_map_2000_noops": about, "version": 2})
    write_json(results / "vm" / "machine.json", {"machine": "vm"})
    values = [0.02, 0.01, 0.02, 0.01, 0.2, 0.1, 0.2, None]  # seconds; None: failed
    for day, commit in enumerate(commits):
        sweep = [values, params, "v2", values, values, [1] * len(values)]
        run = {
            "commit_hash": commit,
            "date": 1_790_000_000_000 + day * 86_400_000,  # ms
            "params": {"machine": "vm"},
            "python": "3.13",
            "env_name": "virtualenv-py3.13",
            "result_columns": [
                "result",
                "params",
                "version",
                "stats_q_25",
                "stats_q_75",
                "stats_repeat",
            ],
            "results": {
                "Map.time_map_2000_noops": sweep,
                "Gone.time_gone": [[1.0], [], "v1", [1.0], [1.0], [1]],
            },
        }
        write_json(results / "vm" / f"{commit[:8]}-virtualenv-py3.13.json", run)
    return results
