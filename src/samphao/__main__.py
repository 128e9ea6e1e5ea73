"""`python -m samphao` is the command line."""

from samphao.cli import main

main()
