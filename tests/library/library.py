"""What the tests of libweir as it is installed have in common.

They run in a tree that has install.sh, what it installs, and the compilers.
"""

import os
import re
import subprocess
import tempfile

HEADER = "build/weir.h"
SHARED = "build/libweir.so.0.1.0"
ARCHIVE = "build/libweir.a"
MAP = "build/libweir.map"


def run(*command, **kwargs):
    """The output of a command that must end with 0."""
    done = subprocess.run(command, capture_output=True, text=True,
                          check=False, **kwargs)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.returncode}\n"
                           f"{done.stdout}{done.stderr}")
    return done.stdout


def complaints(*command, **kwargs):
    """What a command says that does not end with 0; "" if it does."""
    try:
        run(*command, **kwargs)
        return ""
    except RuntimeError as error:
        return str(error)


def declarations():
    """The functions of the public header: their names, and how gcc
    understands each."""
    with tempfile.TemporaryDirectory() as folder:
        said = f"{folder}/functions"
        run("gcc", "-std=c11", "-x", "c", "-fsyntax-only", "-aux-info", said,
            HEADER)
        with open(said, encoding="utf-8") as file:
            lines = re.findall(r"^/\* .*weir\.h:\d+:\w+ \*/ extern (.*);$",
                               file.read(), re.MULTILINE)
    return {re.search(r"(\w+) \(", line).group(1): line for line in lines}


def version_script():
    """The functions of the version script, with the node of each."""
    with open(MAP, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)
    nodes = {}
    for node, body in re.findall(r"(\w[\w.]*) *{(.*?)}", text, re.DOTALL):
        exported = body.split("local:")[0].split("global:")[1]
        for name in re.findall(r"(\w+);", exported):
            nodes[name] = node
    return nodes


def exported():
    """The symbols that the shared library gives away, with their versions."""
    found = {}
    for line in run("nm", "-D", "--defined-only", SHARED).splitlines():
        kind, symbol = line.split()[-2:]
        if kind != "A":
            name, _, version = symbol.partition("@")
            found[name] = version.lstrip("@")
    return found


def sanitizers():
    """What a program has to be compiled with if the library is."""
    return (["-fsanitize=address,undefined"]
            if "__asan_init" in run("nm", "-D", SHARED) else [])


def install(prefix):
    """Installs as ./dev install does."""
    run("build/install.sh", prefix)


def environment(prefix, **more):
    """In which a program that was built outside finds an installed library.

    What asan finds in others' start and end is not the library's.
    """
    return {**os.environ, "PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig",
            "LD_LIBRARY_PATH": f"{prefix}/lib", **more}
