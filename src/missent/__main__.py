"""`python -m missent` is `missent`."""

from missent.cli import main

if __name__ == "__main__":
    main()
