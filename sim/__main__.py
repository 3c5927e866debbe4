"""``python -m sim``."""

import sys

from sim.core.errors import ConfigError


def start() -> int:
    """Run the command line; return the exit status."""
    try:
        from sim.command.command import main  # takes a moment, in which Ctrl-C may come
    except KeyboardInterrupt:
        return 130
    except ConfigError as error:  # in the numbers and kinds that the package comes with
        print(error, file=sys.stderr)
        return 2
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(start())
