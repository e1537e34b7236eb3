"""Entry point: `python -m hoheit_lab.language_host [flags] <engine address>`."""

import sys

from hoheit_lab.language_host.server import serve

# The engine puts its own address last, after any logging and tracing flags.
serve(sys.argv[-1] if len(sys.argv) > 1 else "")
