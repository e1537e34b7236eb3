"""`python -m weights_fetcher` is the same program as `weights-fetcher`."""

import sys

from weights_fetcher.cli import main

sys.exit(main())
