"""`python -m hoheit_lab` is the same as the command `hoheit-lab`."""

import sys

from .cli import main

sys.exit(main())
