"""Thin faces: the part of the Pool API that an executor or a pool with its own API can show.

One module an engine, with

    open_pool(target, processes, start_method, *, initializer, initargs, maxtasksperchild) -> pool
                   the last three only as far as they are declared
    prepare()      only where the engine needs something to be up before any pool, a cluster say
    release()      only where the engine keeps something alive between pools

A face calls the engine in the way the engine's own documentation recommends.  What the engine has
no way to do is not on the face and not declared in `known`; nothing is emulated here.
"""
