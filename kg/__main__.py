"""`kg`, and `python -m kg`."""

import signal
import sys
from threading import Timer


def main() -> None:
    """The command line, which Ctrl-C ends at any moment, also while that is imported; later, click tells."""
    sys.unraisablehook = interrupt_again
    try:
        from kg.cli import main as command  # noqa: PLC0415

        command()
    except KeyboardInterrupt:
        sys.exit(130)


def interrupt_again(unraisable: "sys.UnraisableHookArgs") -> None:
    """Python drops an interruption that comes while it lets go of something: have it come again a moment later."""
    if unraisable.exc_type is KeyboardInterrupt:
        Timer(0.01, signal.raise_signal, [signal.SIGINT]).start()
    else:
        sys.__unraisablehook__(unraisable)


if __name__ == "__main__":
    main()
