"""`python -m qibot`."""

from qibot.cli import main

if __name__ == "__main__":
    main()
