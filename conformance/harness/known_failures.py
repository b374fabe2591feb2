"""What is known to fail of the subjects of a run: read before it, revised by what it came to."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..clauses import load_clauses
from ..subjects.capabilities import STANDARD_METHODS
from . import deviation_files
from .attempt import Attempt
from .deviations import Deviation, Deviations
from .findings import revise
from .readiness import ReadySubject
from .ruling import Ruling


class KnownFailures:
    """The deviation files of a run's subjects; used by one thread."""

    def __init__(self, subjects: Iterable[str], folder: Path | None) -> None:
        """Take the subjects, and the folder that was named, None where none was."""
        self._subjects = tuple(subjects)
        self._folder = folder
        self._files: dict[str, Deviations] = {}

    def read(self) -> None:
        """Read the files.  Raises: DeviationError."""
        for subject in self._subjects:
            self._files[subject] = deviation_files.of_subject(subject, self._folder, load_clauses())

    def check(self, subjects: Iterable[ReadySubject]) -> None:
        """Refuse what can never apply: an entry under a start method that its subject has not.

        Raises: DeviationError.
        """
        for subject in subjects:
            # The standard library's, too: a subject may have fewer where it runs now.
            methods = {*STANDARD_METHODS, *subject.told.get("start_methods", ())}
            for entry in self._files[subject.name].entries if subject.available else ():
                if not methods.issuperset(entry.start_methods):
                    raise deviation_files.DeviationError(
                        f"{entry.file}: entry {entry.clause}: expected start_method out of "
                        f"{', '.join(sorted(methods))}, got {', '.join(entry.start_methods)}"
                    )

    def fails(self, subject: str, clause: str, start_method: str) -> bool:
        """Whether the clause has an entry; the oracle, where it is no subject, has none."""
        known = self._files.get(subject)
        return known is not None and known.find(clause, start_method) is not None

    def entry(
        self, subject: str, clause: str, start_method: str, seen: Attempt
    ) -> Deviation | None:
        """Return the entry for what was seen of a clause; else the clause's own."""
        known = self._files.get(subject)
        return known.knows(clause, start_method, seen) if known is not None else None

    def write(self, subjects: Iterable[ReadySubject], rulings: Sequence[Ruling]) -> list[Path]:
        """Revise the files by the rulings of a whole run; returns those that were written."""
        written = []
        for subject in subjects:
            known = self._files[subject.name]
            own = [ruling for ruling in rulings if ruling.subject == subject.name]
            revision = revise(known, own, subject.told.get("start_methods", ()))
            # A folder that was named is there from then on, whatever there is to write.
            missing = self._folder is not None and not known.path.exists()
            if missing or revision.changes(known.entries):
                deviation_files.write(known, revision)
                written.append(known.path)
        return written
