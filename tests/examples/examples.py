"""How the examples are built and run: by pkg-config, against an installed
library, out of this tree."""

import glob
import os
import subprocess

import library
from check import check

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def names():
    return sorted(os.path.basename(path)[:-2]
                  for path in glob.glob("examples/*.c"))


def build(folder, compiler="gcc"):
    """Installs in folder/prefix, and builds what is in examples/ in folder."""
    prefix = f"{folder}/prefix"
    library.install(prefix)
    flags = library.run("pkg-config", "--cflags", "--libs", "weir",
                        env=library.environment(prefix)).split()
    for name in names():
        said = library.complaints(
            compiler, *WARNINGS, *library.sanitizers(), "-o",
            f"{folder}/{name}", f"examples/{name}.c", *flags)
        check(f"{name} by {compiler}: {said}", not said)


def start(folder, name, *words):
    """Starts an example; what it prints is to be read."""
    return subprocess.Popen(
        [f"{folder}/{name}", *words], stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
        env=library.environment(f"{folder}/prefix"))


def run(folder, name, *words):
    """What an example says that must end with 0."""
    return library.run(f"{folder}/{name}", *words, timeout=60,
                       env=library.environment(f"{folder}/prefix"))
