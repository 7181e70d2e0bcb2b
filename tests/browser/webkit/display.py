"""The virtual display that WebKitGTK draws on."""

import contextlib
import os
import select
import subprocess
from collections.abc import Iterator

SECONDS_TO_START = 60


@contextlib.contextmanager
def open_display(xvfb_path: str) -> Iterator[str]:
    """Run Xvfb on a free display; the display's name.

    Without a display, WebKitGTK's driver waits for its browser without end. So this raises
    RuntimeError if Xvfb does not start.
    """
    read_end, write_end = os.pipe()
    options = ["-displayfd", str(write_end), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    process = subprocess.Popen(
        [xvfb_path, *options],
        pass_fds=[write_end],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    try:
        yield f":{_read_number(read_end)}"
    finally:
        os.close(read_end)
        process.terminate()
        process.wait()


def _read_number(read_end: int) -> int:
    text = b""
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([read_end], [], [], SECONDS_TO_START)
        more = os.read(read_end, 32) if ready else b""
        if not more:
            raise RuntimeError("Xvfb has not started; run it in a terminal to see why")
        text += more
    return int(text)
