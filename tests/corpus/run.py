#!/usr/bin/env python3
"""Every capture of a corpus through weir, against readers that are not ours.

    run.py WEIR READER_COPY [CORPUS]

CORPUS is a folder of captures; without it, $WEIR_SHARED/corpus is taken, and
if there is none the run says so and passes.  Each file goes through

    weir read --json    a line a frame, numbers, lengths and times as the
                        reader below finds them, frames as capinfos counts
    weir record         rewritten as pcapng and as pcap: bytes, lengths,
                        times and link types as in the original
    reader_copy         the same by the library, one frame after the other

and no command may crash, hang, or fail on a file that is whole.  What is
known to differ is in DIFFERENCES with its reason; anything else fails.  The
last line is "N passed, N failed", a file being one.
"""

import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # the tree stays as it was

from captures import Broken, read_capture  # pylint: disable=wrong-import-position

TIMEOUT_S = 10

# File: (which of its checks may differ, why).
DIFFERENCES = {}


class Failure(Exception):
    """A check that did not hold."""


def run(command):
    """Standard output, standard error and status of a command."""
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise Failure(f"hangs: {' '.join(command[:3])}") from late
    error = done.stderr.decode(errors="replace")
    if done.returncode not in (0, 1) or "Sanitizer" in error:
        raise Failure(
            f"{' '.join(command[:3])}: status {done.returncode}: {error}"
        )
    return done.stdout, error, done.returncode


def check_status(what, status, error, broken):
    """1 with one line that tells why if the file is broken, else 0."""
    if broken is None and status != 0:
        raise Failure(f"{what}: status {status}: {error.strip()}")
    if broken is not None and status != 1:
        raise Failure(f"{what}: status {status}, but {broken}")
    if broken is not None and "offset" not in error:
        raise Failure(f"{what}: does not tell where: {error.strip()}")


def seconds(time_ns):
    """As weir prints it."""
    if time_ns is None:
        return None
    sign = "-" if time_ns < 0 else ""
    return f"{sign}{abs(time_ns) // 10**9}.{abs(time_ns) % 10**9:09}"


def check_read(weir, path, frames, broken):
    """weir read --json against the frames of the independent reader."""
    out, error, status = run([weir, "read", "--json", "-r", path])
    lines = out.decode("ascii").splitlines()
    if len(lines) != len(frames):
        raise Failure(f"read: {len(lines)} frames, not {len(frames)}")
    for number, (line, frame) in enumerate(zip(lines, frames), 1):
        got = json.loads(line)
        want = {
            "number": number,
            "time": seconds(frame.time_ns),
            "len": frame.length,
            "caplen": len(frame.data),
        }
        for key, value in want.items():
            if got[key] != value:
                raise Failure(
                    f"read: frame {number}: {key} {got[key]}, not {value}"
                )
        if got.get("linktype", frame.linktype) != frame.linktype:
            raise Failure(f"read: frame {number}: link type {got['linktype']}")
        if "linktype" in got and got["layers"]:
            raise Failure(f"read: frame {number}: layers of an unknown link")
    check_status("read", status, error, broken)
    text, error, status = run([weir, "read", "-r", path])
    if text.count(b"\n") != len(frames):
        raise Failure(f"read: {text.count(chr(10).encode())} lines of text")
    check_status("read", status, error, broken)


def check_count(capinfos, name, frames):
    """As many frames as capinfos counts, where it reads the file."""
    if name in capinfos and capinfos[name] != len(frames):
        raise Failure(f"capinfos: {capinfos[name]} frames, not {len(frames)}")


def rounded(time_ns, unit):
    """A time as a format with less resolution holds it."""
    return None if time_ns is None else time_ns // unit * unit


def check_record(weir, path, folder, kind, frames, broken):
    """weir record -w, read back by the independent reader."""
    output = os.path.join(folder, "out." + kind)
    command = [weir, "record", "-q", "-r", path, "-w", output]
    command += ["--format", kind]
    check_written("record " + kind, command, output, frames, broken)


def check_copy(copy, path, folder, kind, frames, broken):
    """The library's reader and dump, read back by the independent reader."""
    output = os.path.join(folder, "copy." + kind)
    command = [copy, path, output, kind]
    check_written("copy " + kind, command, output, frames, broken)


def check_written(what, command, output, frames, broken):
    """What a command wrote against the frames of the original."""
    _, error, status = run(command)
    check_status(what, status, error, broken)
    written, fault = read_capture(output)
    if fault is not None:
        raise Failure(f"{what}: wrote a broken file: {fault}")
    if len(written) != len(frames):
        raise Failure(f"{what}: {len(written)} frames, not {len(frames)}")
    for number, (got, want) in enumerate(zip(written, frames), 1):
        unit = 1000 if output.endswith(".pcap") else 1
        for key, a, b in (
            ("bytes", got.data, want.data),
            ("length", got.length, want.length),
            ("link type", got.linktype, want.linktype),
            ("time", rounded(got.time_ns, unit), rounded(want.time_ns, unit)),
        ):
            if a != b:
                raise Failure(f"{what}: frame {number}: {key}: {a}, not {b}")
    os.unlink(output)


def pcap_can_hold(frames):
    """One link type, and times of 32 bits of seconds."""
    return len({frame.linktype for frame in frames}) <= 1 and all(
        frame.time_ns is not None and 0 <= frame.time_ns < 2**32 * 10**9
        for frame in frames
    )


def check_file(weir, copy, path, capinfos, has_record):
    """What is wrong with a file, a line each."""
    name = os.path.basename(path)
    try:
        frames, broken = read_capture(path)
    except Broken as fault:
        return [f"not a capture: {fault}"]
    checks = [
        ("read", lambda: check_read(weir, path, frames, broken)),
        ("capinfos", lambda: check_count(capinfos, name, frames)),
    ]
    with tempfile.TemporaryDirectory() as folder:
        if has_record:
            kinds = ["pcapng"] + ["pcap"] * pcap_can_hold(frames)
            checks += [
                (
                    "record " + kind,
                    lambda kind=kind: check_record(
                        weir, path, folder, kind, frames, broken
                    ),
                )
                for kind in kinds
            ]
        kinds = ["pcapng"] + ["pcap", "pcap-ns"] * pcap_can_hold(frames)
        checks += [
            (
                "copy " + kind,
                lambda kind=kind: check_copy(
                    copy, path, folder, kind, frames, broken
                ),
            )
            for kind in kinds
        ]
        faults = []
        allowed = DIFFERENCES.get(name, ((), ""))[0]
        for check, function in checks:
            try:
                function()
            except Failure as failure:
                if check not in allowed:
                    faults.append(str(failure))
            else:
                if check in allowed:
                    faults.append(f"{check}: no longer differs")
    return faults


def count_by_capinfos(paths):
    """Frames by file name, of the files that capinfos reads."""
    counts = {}
    try:
        done = subprocess.run(
            ["capinfos", "-TMcr", *paths], capture_output=True, check=False
        )
    except FileNotFoundError:
        print("capinfos is not installed: its counts are not compared")
        return counts
    for line in done.stdout.decode(errors="replace").splitlines():
        path, count = line.rsplit("\t", 1)
        counts[os.path.basename(path)] = int(count)
    return counts


def find_captures(folder):
    """Every file below the folder but for the texts."""
    return sorted(
        os.path.join(root, name)
        for root, _, names in os.walk(folder)
        for name in names
        if not name.endswith(".md")
    )


def main(arguments):
    """Returns the exit status."""
    if not 3 <= len(arguments) <= 4:
        print(__doc__, file=sys.stderr)
        return 2
    weir, copy = (os.path.abspath(path) for path in arguments[1:3])
    shared = os.environ.get("WEIR_SHARED")
    corpus = arguments[3] if len(arguments) == 4 else None
    if corpus is None and shared:
        corpus = os.path.join(shared, "corpus")
    if corpus is None or not os.path.isdir(corpus):
        print(f"skipped: no corpus at {corpus or '$WEIR_SHARED/corpus'}")
        print("0 passed, 0 failed")
        return 0
    paths = find_captures(corpus)
    capinfos = count_by_capinfos(paths)
    has_record = run([weir, "--help"])[0].find(b"weir record") >= 0
    if not has_record:
        print("weir has no record command: files are only read")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [
            pool.submit(check_file, weir, copy, path, capinfos, has_record)
            for path in paths
        ]
        for path, job in zip(paths, jobs):
            faults = job.result()
            failed += bool(faults)
            for fault in faults:
                print(f"{os.path.basename(path)}: {fault}")
    for name, (checks, why) in sorted(DIFFERENCES.items()):
        print(f"differs: {name}: {', '.join(checks)}: {why}")
    print(f"{len(paths) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
