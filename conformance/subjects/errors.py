"""What goes wrong between a name on the command line and a pool."""


class SubjectError(Exception):
    """A subject cannot be used: one line that says what was expected, what was got, what to do."""


class SubjectNotInstalledError(SubjectError):
    """A known subject's distribution is missing here; `pip_line` brings it."""

    def __init__(self, message: str, pip_line: str) -> None:
        super().__init__(message)
        self.pip_line = pip_line


class UndeclaredError(SubjectError):
    """A pool was asked for with something its subject does not declare; `missing` names it."""

    def __init__(self, message: str, missing: tuple[str, ...]) -> None:
        super().__init__(message)
        self.missing = missing
