#!/usr/bin/env python3
"""No function crashes when it is called with nothing: every pointer NULL, or
those to what a caller would hold pointing to zeros; every number 0, or as
large as it can be.  One that tells errors tells this one.

The program is made from what the header declares, so it has all functions.
The last line is "N passed, N failed".
"""

import re
import sys
import tempfile

import library
from check import check, end

HEAD = """
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <weir.h>

/* What pointers that are not NULL point to, one each. */
static union {
    char bytes[1 << 16];
    long double aligned;
} zeros[16];

/* The answer goes through a pipe; a child that crashes gives none. */
static void try(const char *what, long (*call)(void))
{
    int ends[2];
    int status = 0;
    long answer = 0;
    if (pipe(ends) != 0)
        return;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        memset(zeros, 0, sizeof zeros);
        answer = call();
        _exit(write(ends[1], &answer, sizeof answer) != sizeof answer);
    }
    close(ends[1]);
    ssize_t got = read(ends[0], &answer, sizeof answer);
    close(ends[0]);
    waitpid(child, &status, 0);
    if (got == sizeof answer)
        printf("%s %ld\\n", what, answer);
    else
        printf("%s died %d\\n", what, WIFSIGNALED(status) ? WTERMSIG(status)
                                                         : status);
}
"""

NUMBERS = {"bool", "int", "int32_t", "int64_t", "size_t", "uint16_t",
           "uint32_t", "uint64_t", "uint8_t", "_Bool", "long", "unsigned int"}

# Who is told how many bytes there are cannot know better.
BYTES = re.compile(r"(char|uint8_t|void) \*")


def parameters(declared):
    """The types of a function's parameters; "..." is left out."""
    given = re.search(r"\((.*)\)$", declared).group(1)
    return [] if given == "void" else [
        word.strip() for word in given.split(",") if word.strip() != "..."]


def is_opaque(kind, header):
    """A handle: nobody but the library can make one."""
    named = re.match(r"(?:const )?struct (\w+) \*$", kind)
    return named and not re.search(rf"^struct {named.group(1)} {{", header,
                                   re.MULTILINE)


def arguments(kinds, header, pointers, numbers):
    """A call's arguments, or None if this one cannot be made up."""
    words = []
    for i, kind in enumerate(kinds):
        if kind.endswith("*"):
            null = pointers == "NULL" or is_opaque(kind, header)
            words.append("NULL" if null else f"(void *)&zeros[{i}]")
        elif kind in NUMBERS or kind.startswith("enum "):
            words.append(f"({kind}){numbers}")
        else:
            return None
    return ", ".join(words)


def program(declared, header):
    """Its text: each function, called in each way."""
    calls, tries = [], []
    ways = [("nothing", "NULL", "0"), ("zeros", "zeros", "0"),
            ("large", "NULL", "-1"), ("both", "zeros", "-1")]
    for name, line in sorted(declared.items()):
        kinds = parameters(line)
        void = re.match(rf"void {name} ", line)
        pointer = line.split(name)[0].endswith("*")
        for way, pointers, numbers in ways:
            # What is freed was allocated.
            if (way == "both" and any(BYTES.search(kind) for kind in kinds)
                    or pointers == "zeros" and name.endswith("_free")):
                continue
            words = arguments(kinds, header, pointers, numbers)
            check(f"{line}: a parameter of another kind", words is not None)
            call = f"{name}({words})"
            body = (f"{call};\n    return 0;" if void else
                    f"return {call} != NULL;" if pointer else
                    f"return (long){call};")
            calls.append(f"static long {name}_{way}(void)\n{{\n    {body}\n}}")
            tries.append(f'    try("{name} {way}", {name}_{way});')
    check("most ways of most functions", len(calls) > 3 * len(declared))
    return "\n\n".join([HEAD, *calls, "int main(void)\n{", *tries, "}\n"])


def check_answer(line, declared):
    name, way, *answer = line.split()
    check(line, answer[0] != "died")
    if answer[0] == "died" or way != "nothing":
        return
    # With no handle at all; to close that is right.
    told = declared[name].startswith("int") and any(
        kind.startswith("struct") or kind.startswith("const struct")
        for kind in parameters(declared[name])[:1])
    if told and not name.startswith("weir_err_"):
        closes = name.endswith("_close")
        check(f"{line}: an error", int(answer[0]) < 0 or
              closes and answer[0] == "0")


def main():
    declared = library.declarations()
    with open(library.HEADER, encoding="utf-8") as file:
        header = file.read()
    with tempfile.TemporaryDirectory() as folder:
        prefix = f"{folder}/prefix"
        library.install(prefix)
        with open(f"{folder}/misuse.c", "w", encoding="utf-8") as file:
            file.write(program(declared, header))
        flags = library.run("pkg-config", "--cflags", "--libs", "weir",
                            env=library.environment(prefix)).split()
        library.run("gcc", *library.sanitizers(), "-o", f"{folder}/misuse",
                    f"{folder}/misuse.c", *flags)
        said = library.run(f"{folder}/misuse",
                           env=library.environment(prefix)).splitlines()
    check("a line for each", len(said) > 3 * len(declared))
    for line in said:
        check_answer(line, declared)
    sys.exit(end())


main()
