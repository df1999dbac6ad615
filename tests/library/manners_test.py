#!/usr/bin/env python3
"""What a library in somebody's program does not do: print, exit, abort, take
signals, read the environment, run code before main, keep global state.

It looks at the one object of the archive, whose sections are those of single
functions and variables.  The last line is "N passed, N failed".
"""

import re
import sys

import library
from check import check, end

# Who calls one of these, or refers to it, does what the library must not.
FORBIDDEN = re.compile(
    r"(__)?v?f?printf(_chk)?|v?dprintf|f?puts(_unlocked)?|f?putc(har)?"
    r"(_unlocked)?|perror|psignal|err|errx|warn|warnx|error|v?syslog|openlog"
    r"|stdin|stdout|stderr"
    r"|_?exit|_Exit|quick_exit|atexit|at_quick_exit|on_exit|__cxa_atexit"
    r"|abort|raise|kill|__assert_fail|assert"
    r"|signal|sigaction|sigset|bsd_signal|sysv_signal|sigaltstack|alarm"
    r"|setitimer|timer_create|signalfd|pthread_atfork|__register_atfork"
    r"|getenv|secure_getenv|setenv|putenv|unsetenv|setlocale|uselocale|tzset"
    r"|fork|vfork|system|popen|execv?p?e?|execlp?|posix_spawnp?|chdir|fchdir"
    r"|umask|set[er]?[ug]id|setres[ug]id|rand|srand|random|srandom|strtok"
    r"|strerror|localtime|gmtime|ctime|asctime|getopt(_long)?|dlopen"
    r"|mlockall|setrlimit|setpriority")

# What may, and why.
ALLOWED = {
    # Our own mistake, which nothing outside can bring about (base/assert.h).
    "weir_assert_failed": {"stderr", "fprintf", "__fprintf_chk", "abort"},
}

# Variables that are written to, and why that is not state.
STATE = {
    # Of which pipeline a thread is, if of one; the thread's own.
    "inside",
    # A lock around what libpcap keeps (capture/filter.c).
    "nameless",
}


def function_of(section):
    return re.sub(r"^\.text\.((unlikely|startup|hot|exit)\.)?", "", section)


def check_calls():
    """Each relocation says in which function's code the name stands."""
    function = ""
    found = set()
    for line in library.run("readelf", "-rW", library.ARCHIVE).splitlines():
        head = re.match(r"Relocation section '\.rela?(\S+)'", line)
        if head:
            function = function_of(head.group(1))
        name = re.search(r" (\w+)(@\S+)? [-+] [0-9a-f]+$", line)
        if name and FORBIDDEN.fullmatch(name.group(1)):
            found.add((function, name.group(1)))
    for function, name in sorted(found):
        check(f"{function} uses {name}",
              name in ALLOWED.get(re.sub(r"\.(cold|part).*", "", function), ()))
    check("no relocation was understood",
          ("weir_assert_failed", "abort") in found)


def check_state():
    """Constants that hold addresses are written once, when it is loaded."""
    sections = {}
    for line in library.run("readelf", "-SW", library.ARCHIVE).splitlines():
        row = re.match(r"\s*\[ *(\d+)\] (\S+)\s+(\S+) +\S+ \S+ (\S+) +\S+ +(\S+)",
                       line)
        if row:
            sections[row.group(1)] = row.groups()[1:]
    check("sections were not understood",
          any(name.startswith(".text.weir_") for name, *_ in sections.values()))
    for name, kind, size, flags in sections.values():
        check(f"{name} runs before main",
              not re.match(r"\.(init|fini)_array|\.ctors|\.dtors", name))
        if "W" not in flags or name.startswith(".data.rel.ro"):
            continue
        variable = re.sub(r"^\.(data|bss|tdata|tbss)(\.rel)?(\.local)?\.?", "",
                          name)
        check(f"{name} is written to ({kind}, {int(size, 16)} bytes)",
              int(size, 16) == 0 or variable in STATE)


def main():
    if library.sanitizers():
        print("not run: the sanitizers have state of their own")
    else:
        check_calls()
        check_state()
    sys.exit(end())


main()
