"""How the suite is tested: clause by clause the broken pools it catches, and the sound ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .frames import rows
from .grid import version_order
from .load_teeth import Teeth
from .schema import LEVELS
from .sources import interrupted, source

Trial = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Catch:
    """One broken pool, held to one clause under one start method."""

    pool: str
    wrong: str
    start_method: str
    verdict: str  # of the newest Python; where one Python saw another than expected, that one
    expected: str
    as_expected: bool  # on each Python that it was tried on


@dataclass(frozen=True, slots=True)
class Row:
    """One clause and what it was tried on."""

    id: str
    level: str
    text: str
    untested: str | None
    catches: tuple[Catch, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing shows that its test can fail."""
        return self.untested is None and not any(catch.as_expected for catch in self.catches)


@dataclass(frozen=True, slots=True)
class Area:
    """The clauses of one area, in the order of the specification."""

    name: str
    rows: tuple[Row, ...]

    @property
    def counts(self) -> tuple[int, int]:
        """How many of its clauses catch a broken pool, and how many have a test."""
        tested = [row for row in self.rows if row.untested is None]
        return sum(not row.is_empty for row in tested), len(tested)


@dataclass(frozen=True, slots=True)
class LevelCount:
    """The clauses of one level, counted."""

    level: str
    caught: int
    tested: int
    untested: int
    empty: tuple[str, ...]  # clause ids


@dataclass(frozen=True, slots=True)
class Sound:
    """One odd but sound pool and what was raised against it: nothing, or the suite is wrong."""

    pool: str
    odd: str
    held: int  # to that many clauses, each under one start method and Python
    raised: tuple[Trial, ...]
    exempt: tuple[tuple[str, str], ...]  # clause id, why it does not apply


@dataclass(frozen=True, slots=True)
class TeethTable:
    """What the section shows."""

    sentence: str
    levels: tuple[LevelCount, ...]
    areas: tuple[Area, ...]
    sound: tuple[Sound, ...]
    repeated: int  # trials run a second time
    banners: tuple[str, ...]
    sources: tuple[dict[str, Any], ...]


def build_teeth(data: Teeth) -> TeethTable:
    """Arrange the frames of load_teeth by clause."""
    pools = {str(pool["pool"]): pool for pool in rows(data.pools)}
    trials = sorted(rows(data.trials), key=lambda trial: version_order(str(trial["python"])))
    broken = [trial for trial in trials if not pools[trial["pool"]]["sound"]]
    areas = tuple(_areas(data, broken, pools))
    every = [row for area in areas for row in area.rows]
    levels = tuple(_level(level, every) for level in LEVELS)
    sound = tuple(_sound(pool, trials) for pool in pools.values() if pool["sound"])
    runs = rows(data.runs)
    return TeethTable(
        sentence=_sentence(levels, broken, sound),
        levels=tuple(level for level in levels if level.tested + level.untested),
        areas=areas,
        sound=sound,
        repeated=sum(trial["tries"] > 1 for trial in trials),
        banners=interrupted(((run, run["ran"]) for run in runs), "trials"),
        sources=tuple(source(run, f"{run['ran']} trials of the suite") for run in runs),
    )


def _areas(
    data: Teeth, broken: Iterable[Trial], pools: Mapping[str, Mapping[str, Any]]
) -> Iterator[Area]:
    tried: dict[str, dict[tuple[str, str], list[Trial]]] = {}
    for trial in broken:
        key = (trial["pool"], trial["start_method"])
        tried.setdefault(trial["clause"], {}).setdefault(key, []).append(trial)
    for name, part in data.clauses.groupby("area", sort=False):
        found = (
            Row(
                id=clause["id"],
                level=clause["level"],
                text=clause["text"],
                untested=clause["untested"],
                catches=tuple(_catch(same, pools) for same in tried.get(clause["id"], {}).values()),
            )
            for clause in rows(part)
        )
        yield Area(str(name), tuple(found))


def _catch(same: list[Trial], pools: Mapping[str, Mapping[str, Any]]) -> Catch:
    """Sum up the trials that differ in their Python only, the newest last."""
    shown = next((trial for trial in same if not trial["as_expected"]), same[-1])
    return Catch(
        pool=shown["pool"],
        wrong=pools[shown["pool"]]["wrong"],
        start_method=shown["start_method"],
        verdict=shown["verdict"],
        expected=shown["expected"],
        as_expected=all(trial["as_expected"] for trial in same),
    )


def _level(level: str, every: Iterable[Row]) -> LevelCount:
    mine = [row for row in every if row.level == level]
    tested = [row for row in mine if row.untested is None]
    empty = tuple(row.id for row in tested if row.is_empty)
    return LevelCount(level, len(tested) - len(empty), len(tested), len(mine) - len(tested), empty)


def _sound(pool: Mapping[str, Any], trials: Iterable[Trial]) -> Sound:
    mine = [trial for trial in trials if trial["pool"] == pool["pool"]]
    return Sound(
        pool=pool["pool"],
        odd=pool["wrong"],
        held=len(mine),
        raised=tuple(trial for trial in mine if not trial["as_expected"]),
        exempt=tuple(pool["exempt"].items()),
    )


def _sentence(levels: Iterable[LevelCount], broken: Iterable[Trial], sound: Iterable[Sound]) -> str:
    counted = [f"{one.caught} of {one.tested} {one.level}" for one in levels if one.tested]
    pools = len({trial["pool"] for trial in broken})
    held = [one for one in sound if one.held]
    raised = sum(len(one.raised) for one in held)
    said = f"Clauses that catch one of {pools} broken pools: {', '.join(counted)}."
    if held:
        said += f" False alarms on {len(held)} odd but sound ones: {raised or 'none'}."
    return said
