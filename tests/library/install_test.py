#!/usr/bin/env python3
"""A program that knows nothing of this tree is built by pkg-config against
what was installed, in C and in C++, shared and static, and runs.

The last line is "N passed, N failed".
"""

import glob
import os
import re
import subprocess
import sys
import tempfile

import library
from check import check, end

PROGRAM = """
#include <stdio.h>
#include <string.h>
#include <weir.h>

int main(void)
{
    const uint8_t frame[14] = {0};
    struct weir_dissection dissection;
    struct weir_event *event = NULL;
    struct weir_err err;

    if (weir_event_open(&event, &err) < 0)
        return 1;
    weir_event_close(&event);
    weir_dissect(&dissection, frame, sizeof frame, sizeof frame,
                 WEIR_LINKTYPE_ETHERNET);
    printf("%s %s\\n", weir_version(),
           weir_proto_name(dissection.layers[0].proto));
    return strcmp(weir_version(), WEIR_VERSION) != 0;
}
"""

# The name of a function of weir's own that is not public: a program may have
# one of the same name, and keeps it.
OWN = """
int weir_assert_failed(void);
int weir_assert_failed(void)
{
    return 0;
}
"""


def pkg_config(prefix, *words):
    said = library.run("pkg-config", *words, env=library.environment(prefix))
    return said.split()


def check_program(folder, prefix, compiler, words, more=()):
    """Builds and runs; "" or what went wrong."""
    program = f"{folder}/program"
    said = library.complaints(
        *compiler, *library.sanitizers(), "-Wall", "-Wextra", "-Wpedantic",
        "-Werror", "-o", program, f"{folder}/program.c", f"{folder}/own.c",
        *pkg_config(prefix, "--cflags", "--libs", *words), *more, cwd=folder)
    said = said or library.complaints(program, cwd=folder,
                                      env=library.environment(prefix))
    check(f"{compiler} {words}: {said}", not said)
    needed = library.run("readelf", "-d", program)
    return re.findall(r"\(NEEDED\).*\[(.*)\]", needed)


def check_plugin(folder, prefix):
    """The archive becomes a part of a shared object of somebody's."""
    said = library.complaints(
        "gcc", "-shared", "-fPIC", "-Wl,-z,text", "-Wl,-z,defs",
        *library.sanitizers(), "-o", f"{folder}/plugin.so",
        f"{folder}/program.c", f"{folder}/own.c",
        *pkg_config(prefix, "--cflags", "--libs", "weir-static"))
    check(f"a plugin: {said}", not said)


def check_version(prefix):
    """One version, in all places that have it."""
    version = pkg_config(prefix, "--modversion", "weir")[0]
    check(f"{version} is not the file's", os.path.exists(
        f"{prefix}/lib/libweir.so.{version}"))
    said = library.run(f"{prefix}/bin/weir", "--version")
    check(f"{version} is not the command's: {said}",
          said == f"weir {version}\n")


def check_manual(prefix):
    """man finds a page by its own name, and by that of each function."""
    pages = [os.path.basename(path)[:-2] for path in glob.glob("docs/man3/*")]
    lost = [name for name in [*pages, *library.declarations()]
            if not os.path.exists(f"{prefix}/share/man/man3/{name}.3")]
    check("no pages", pages)
    check(f"without a page: {lost}", not lost)


def check_needed(prefix):
    """The files of pkg-config's name the libraries that libweir.so needs, and
    no others."""
    needed = set(re.findall(r"\(NEEDED\).*\[lib(.*?)\.so",
                            library.run("readelf", "-d", library.SHARED)))
    needed -= {"c", "m", "asan", "ubsan", "gcc_s"}
    for words in (["--static", "weir"], ["weir-static"]):
        said = {re.sub("^-l(:lib)?", "", word)
                for word in pkg_config(prefix, "--libs-only-l", *words)}
        said -= {"weir", "weir.a"}
        check(f"{words} names {said}, libweir.so needs {needed}",
              said == needed)


def main():
    with tempfile.TemporaryDirectory() as folder:
        prefix = f"{folder}/prefix"
        library.install(prefix)
        for name, text in (("program.c", PROGRAM), ("own.c", OWN)):
            with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
                file.write(text)

        shared = "libweir.so.0"
        for compiler in (["gcc", "-std=c11"], ["g++", "-x", "c++"],
                         ["clang"], ["clang++", "-x", "c++", "-std=c++11"]):
            if library.sanitizers() and compiler[0].startswith("clang"):
                continue
            needed = check_program(folder, prefix, compiler, ["weir"])
            check("the shared library is not used", shared in needed)
            needed = check_program(folder, prefix, compiler, ["weir-static"])
            check("the archive is not used", shared not in needed)
        whole = os.path.getsize(f"{folder}/program")
        check_program(folder, prefix, ["gcc"], ["weir-static"],
                      ["-Wl,--gc-sections"])
        part = os.path.getsize(f"{folder}/program")
        check(f"{part} bytes of {whole} are left by --gc-sections",
              library.sanitizers() or part < whole // 4)

        check_plugin(folder, prefix)
        check_version(prefix)
        check_manual(prefix)

        os.remove(f"{prefix}/lib/libweir.so")
        needed = check_program(folder, prefix, ["gcc"], ["--static", "weir"])
        check("the archive is not used", shared not in needed)
        check_needed(prefix)

        # As a package is made.
        for prefix in "/opt/weir", "/opt/a|b&c":
            done = subprocess.run(
                ["build/install.sh", prefix], check=False,
                env={**os.environ, "DESTDIR": f"{folder}/package"})
            check(f"DESTDIR and {prefix}", done.returncode == 0)
            with open(f"{folder}/package{prefix}/lib/pkgconfig/weir.pc",
                      encoding="utf-8") as file:
                check(f"weir.pc does not name {prefix} alone",
                      f"prefix={prefix}\n" in file.read())
    sys.exit(end())


main()
