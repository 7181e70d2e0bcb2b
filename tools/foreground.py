"""Run a Python program for make, so that stopping make stops the program.

    python tools/foreground.py -m demo --port 8000

Ctrl-C reaches every process of a terminal, but `kill -INT` of make alone reaches only make, which
then waits for its command without a word to it. So this looks whether make has been interrupted
(Linux reports it) or is gone, and passes that on. It passes SIGTERM on as well.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

# Seconds between two checks of make.
INTERVAL = 0.3


def catches_interrupt(process: int) -> bool:
    """Whether a process has a handler for SIGINT; make drops its own when it is interrupted."""
    try:
        status = Path(f"/proc/{process}/status").read_text("ascii")
    except OSError:
        return False
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) & 1 << (signal.SIGINT - 1))


def main(arguments: list[str]) -> int:
    make = os.getppid()
    watch_interrupt = catches_interrupt(make)
    told = False

    def on_interrupt(_signal: int, _frame: FrameType | None) -> None:
        nonlocal told
        told = True  # it came from the terminal: the program has got it too

    def on_terminate(_signal: int, _frame: FrameType | None) -> None:
        nonlocal told
        told = True
        program.terminate()

    signal.signal(signal.SIGINT, on_interrupt)
    program = subprocess.Popen([sys.executable, *arguments])
    signal.signal(signal.SIGTERM, on_terminate)
    while program.poll() is None:
        time.sleep(INTERVAL)
        gone = os.getppid() != make
        if not told and (gone or (watch_interrupt and not catches_interrupt(make))):
            told = True
            program.send_signal(signal.SIGINT)
    # If a signal has ended the program: the exit code that a shell would return.
    return program.returncode if program.returncode >= 0 else 128 - program.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
