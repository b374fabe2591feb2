"""CPython's own pool tests, run against any pool.

python -m conformance.cpython --pool multiprocessing:Pool --start-method fork

The tests are those of the interpreter that runs the command
(`test._test_multiprocessing`); nothing of them is copied here.  They reach a pool by five doors,
and `doors` leads each of them to the subject.

    command ── campaign ── runner ── group ┆ worker ── installed ── test._test_multiprocessing
       │           │           │            ┆    │                           │
    probing     records     results       pipe  events                     doors ── subject
                summary

`probing` imports each subject, once, in a process that it can take down with it: the command never
does.  Left of the dotted line is the command, right of it one process group for each test class:
`worker` sends an event when a test starts and when it ends, `runner` turns the events, or their
absence, into results, and `group` ends whatever the class left running.  `hooks/sitecustomize.py`
opens the doors in every interpreter that the tests start, spawned children included.
"""
