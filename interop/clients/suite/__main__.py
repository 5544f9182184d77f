"""The command: names of clients or checks as arguments run those alone."""

import sys

import suite

sys.exit(suite.main(sys.argv[1:]))
