"""`python -m hoheit_cli` is the same as the command `hoheit`."""

import sys

from .main import main

sys.exit(main())
