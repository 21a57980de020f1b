"""``python -m atlas_tui`` is the same as the ``atlas-tui`` command."""

from atlas_tui.cli.main import main

if __name__ == "__main__":
    main()
