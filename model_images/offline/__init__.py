"""Builds the images of this folder on a machine that reaches no registry, and pushes them.

Bases are made from Debian's packages, programs come from the lab's tool chain, Python packages from
a package index, by hash. BuildKit builds what `docker-bake.json` says; what it made is kept in the
lab's cache, pushed, and written with its digest into a lock file that a stack can name.
"""
