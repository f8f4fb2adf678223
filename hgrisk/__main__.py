"""Start the command line by ``python -m hgrisk``."""

from hgrisk.cli import main

if __name__ == "__main__":
    main()
