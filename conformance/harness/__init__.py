"""Holds a pool to the clauses without ever trusting it.

    pytest                              one process, one thread; imports no subject
    |  items -> run -> runner           select loop: what waits gives its place to what works
    |
    +-- zygote                          one a package of subjects; `python -c`, one thread, clean
        |                               __main__; has the test modules imported, forks wardens
        +-- warden                      one a (clause, subject, start method); adopts orphans,
            |                           keeps the deadline, kills whatever is left
            |                           a property: Hypothesis runs here, a body an example
            +-- body                    the test function, in a session of its own, memory capped
                |                       tracked pool -> phase board, transcript
                +-- the subject's workers, fork server, resource tracker, orphans ...

    down    request (one JSON message with a pipe attached)     run -> zygote -> warden
    beside  phase board (shared page: where is the body?)       body -> warden
            body time (shared page: how late is it?)            warden -> body
            transcript (the calls, as source)                   body -> warden -> script
            side channel (what tasks really did)                workers -> history -> account
            report (verdict of the test, census)                body -> warden
    up      idle / busy, then the attempt (JSON lines)          warden -> runner
    out     ruling (attempt + level + deviation + stdlib)       run -> records, pytest, summary

What each file is for is the first line of its docstring.  Clause authors need
`bound` (what `subject` can do), `expect`, `history`, `strategies` and
`waiting`; the page for them is `conformance/README.md`.  This package imports
nothing, since workers of a subject may import modules below it.
"""
