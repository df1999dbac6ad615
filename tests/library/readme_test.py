#!/usr/bin/env python3
"""The README's chapter for embedders is true: each program in it is written
out as printed, built by the commands that are printed, outside of this tree,
as C and as C++, and does what is printed.

A program's name is in its first line, a block of commands follows it, and a
block of what they say may follow that; a line of dots is any lines.  The
capture file that they read is weir-demo.pcapng.  Commands that compile what is
in examples/ do that, and man finds the manual where it is said to be.  The
last line is "N passed, N failed".
"""

import os
import re
import subprocess
import sys
import tempfile

import library
from check import check, end

WARNINGS = "-Wall -Wextra -Wpedantic -Werror"


def chapter():
    with open("README.md", encoding="utf-8") as file:
        return re.search(r"^## Embedding\n(.*?)^## ", file.read(),
                         re.DOTALL | re.MULTILINE).group(1)


def blocks(text):
    """Each block's language, and what is in it."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text,
                      re.DOTALL | re.MULTILINE)


def programs(found):
    """Each program's name and text, the commands, and what these say."""
    for i, (language, text) in enumerate(found):
        if language != "c":
            continue
        name = re.match(r"/\* (\w+\.c):", text).group(1)
        commands = found[i + 1][1]
        said = found[i + 2] if i + 2 < len(found) else ("c", "")
        yield name, text, commands, said[1] if said[0] == "" else None


def run(folder, prefix, commands):
    """What the commands say, or None."""
    done = subprocess.run(["sh", "-eu"], input=commands, cwd=folder,
                          capture_output=True, text=True, check=False,
                          env=library.environment(prefix), timeout=60)
    if done.returncode != 0:
        print(done.stdout + done.stderr)
        return None
    return done.stdout


def check_program(folder, prefix, program, compiler):
    name, text, commands, expected = program
    with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
        file.write(text)
    check(f"{name}: built by no command", f"cc {name} " in commands)
    flags = " ".join([WARNINGS, *library.sanitizers()])
    said = run(folder, prefix,
               commands.replace(f"cc {name}", f"{compiler} {flags} {name}"))
    check(f"{name} by {compiler}", said is not None)
    if said is None or expected is None:
        return
    pattern = re.escape(expected).replace(re.escape("...\n"), "(.*\n)*")
    check(f"{name} by {compiler} said:\n{said}", re.fullmatch(pattern, said))


def check_examples(folder, prefix, found):
    """As printed, beside the examples."""
    os.symlink(os.path.abspath("examples"), f"{folder}/examples")
    flags = " ".join(["cc", *library.sanitizers()])
    printed = [text for language, text in found
               if language == "sh" and " examples/" in text]
    check("no command compiles an example", printed)
    for commands in printed:
        said = run(folder, prefix, re.sub("^cc", flags, commands,
                                          flags=re.MULTILINE))
        check(commands, said is not None)


def check_man(prefix):
    """With another prefix."""
    for path in re.findall(r"DIR/share/man:?", chapter()):
        check(f"{path} is not where the pages are", os.path.exists(
            path.strip(":").replace("DIR", prefix) + "/man3/weir.3"))


def main():
    found = list(programs(blocks(chapter())))
    check("a program", found)
    with tempfile.TemporaryDirectory() as folder:
        prefix = f"{folder}/prefix"
        library.install(prefix)
        library.run(f"{prefix}/bin/weir", "record", "-q", "--synth",
                    "frames=1000", "-w", f"{folder}/weir-demo.pcapng")
        for program in found:
            # As printed, and then with other words for the compiler.
            for compiler in ("cc", "cc -std=c11", "clang",
                             "c++ -x c++ -std=c++11", "clang++ -x c++"):
                if not (library.sanitizers() and "clang" in compiler):
                    check_program(folder, prefix, program, compiler)
            os.unlink(f"{folder}/{program[0]}")
        check_examples(folder, prefix, blocks(chapter()))
        check_man(prefix)
    sys.exit(end())


main()
