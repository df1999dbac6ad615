#!/usr/bin/env python3
"""usage: run_test.py RUN_SH DEV

bench/run.sh in a tree of its own, where a script stands for weir-bench: its
answers to wrong words, the names of its results, and which page is the latest.
Nothing is measured.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from check import check, end

# Appends a line to the results as a part does; "page" makes the folder.
BENCH = """#!/bin/sh
echo "$*" >>"$TREE/calls"
part=$1
if [ "$part" = page ]; then mkdir -p "$3" && : >"$3/index.html"; exit; fi
[ "$part" != compare ] || exit 0
while [ "$1" != --results ]; do shift; done
echo '{"type": "run"}' >>"$2"
if [ -e "$TREE/slow" ]; then : >"$TREE/sleeps" && exec sleep 20; fi
[ ! -e "$TREE/bad" ]
"""

# Two benches of one second, whatever the clock says.
DATE = "#!/bin/sh\necho 2026-01-02T030405\n"


def script(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o755)


class Tree:
    def __init__(self, folder):
        self.folder = folder
        script(self.path("bazel-bin/bench/weir-bench"), BENCH)
        script(self.path("bin/date"), DATE)
        script(self.path("bin/bazel"), "#!/bin/sh\n: >\"$TREE/built\"\nexit 9\n")
        for source, target in ((sys.argv[1], "bench/run.sh"),
                               (sys.argv[2], "dev")):
            os.makedirs(os.path.dirname(self.path(target)), exist_ok=True)
            shutil.copy(os.path.realpath(source), self.path(target))
            os.chmod(self.path(target), 0o755)
        self.env = dict(os.environ, TREE=folder,
                        PATH=self.path("bin") + ":" + os.environ["PATH"])

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, program, *words):
        return subprocess.Popen([self.path(program), *words], env=self.env,
                                stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, start_new_session=True)

    def run(self, program, *words):
        job = self.start(program, *words)
        out, err = job.communicate(timeout=100)
        return job.returncode, out, err

    def latest(self):
        link = self.path("bench-results/latest")
        return os.readlink(link) if os.path.islink(link) else None

    def lines(self, name):
        with open(self.path(f"bench-results/{name}.jsonl"),
                  encoding="utf-8") as file:
            return [json.loads(line) for line in file]


def check_words(tree):
    for words, status, said in (
            (["--bogus"], 2, "--bogus is no part and no option"),
            (["selfie"], 2, "selfie is no part"),
            (["--folder"], 2, "--folder needs a value"),
            (["--folder", "--quick"], 2, "--folder needs a value"),
            (["--compare"], 2, "--compare needs a value"),
            (["--compare", "nowhere.jsonl"], 1, "cannot read nowhere.jsonl"),
            (["--compare", "dev", "no.jsonl"], 1, "cannot read no.jsonl"),
            (["--folder", "/proc"], 1, "--folder /proc: no file"),
            (["--folder", "/proc/x"], 1, "--folder: "),
            (["--folder", tree.path("dev")], 1, "is no folder")):
        code, out, err = tree.run("dev", "bench", *words)
        check(f"{words}: {code} {out} {err}",
              code == status and said in err and err.count("\n") == 1
              and out == "")
    code, out, err = tree.run("dev", "bench", "--help")
    check(f"help: {code} {err}", code == 0 and "usage: ./dev bench" in out)
    check("nothing was built", not os.path.exists(tree.path("built")))
    check("nothing was run", not os.path.exists(tree.path("calls")))


def check_names(tree):
    first = "2026-01-02T030405"
    code, out, err = tree.run("bench/run.sh", "self", "--quick")
    check(f"run: {code} {err}", code == 0)
    check(f"latest: {out}", tree.latest() == first and
          f"bench-results/{first}/index.html" in out)
    check("first line", tree.lines(first)[0] == {
        "type": "bench", "command": "./dev bench self --quick"})
    code, out, err = tree.run("bench/run.sh", "self", "stages")
    check(f"again: {code} {err}", code == 0 and "careful" not in err)
    check("a file of its own", tree.latest() == first + "-2" and
          len(tree.lines(first)) == 2 and len(tree.lines(first + "-2")) == 3)
    code, out, err = tree.run("bench/run.sh", "--folder",
                              tree.path("with \"q\" \\ in"), "self")
    check(f"odd folder: {code} {err}", code == 0)
    with open(tree.path(f"with \"q\" \\ in/{first}.jsonl"),
              encoding="utf-8") as file:
        check("odd folder's command",
              "with" in json.loads(file.readline())["command"])


def check_targets(tree):
    os.remove(tree.path("calls"))
    code, out, err = tree.run("bench/run.sh", "--quick", "targets")
    with open(tree.path("calls"), encoding="utf-8") as file:
        calls = file.read().splitlines()
    check(f"targets: {code} {err}", code == 0)
    check(f"one command: {calls}", len(calls) == 2 and
          calls[0].startswith("targets --rounds ") and
          calls[1].startswith("page "))
    os.remove(tree.path("calls"))
    code, out, err = tree.run("bench/run.sh", "--quick")
    with open(tree.path("calls"), encoding="utf-8") as file:
        check("not by default", "targets" not in file.read())


def check_failure(tree):
    latest = tree.latest()
    open(tree.path("bad"), "w", encoding="utf-8").close()
    code, out, err = tree.run("bench/run.sh", "self")
    check(f"failed: {code} {err}", code == 1 and "failed: self" in err and
          "latest is not moved" in err)
    check("its page is made", "-3/index.html" in out)
    check("latest stays", tree.latest() == latest)
    os.remove(tree.path("bad"))


def check_interrupt(tree):
    open(tree.path("slow"), "w", encoding="utf-8").close()
    job = tree.start("bench/run.sh", "self", "stages")
    while not os.path.exists(tree.path("sleeps")):
        time.sleep(0.01)
    os.remove(tree.path("slow"))
    code, _, err = tree.run("bench/run.sh", "self")
    check(f"a second one is warned: {code} {err}",
          code == 0 and "another bench" in err)
    latest = tree.latest()
    os.killpg(job.pid, signal.SIGINT)  # as Ctrl-C does
    _, err = job.communicate(timeout=100)
    check(f"interrupted: {job.returncode} {err}", job.returncode == 130)
    check("latest stays", tree.latest() == latest)
    left = [name for name in os.listdir(tree.path("bench-results"))
            if name.startswith("scratch")]
    check(f"nothing is left: {left}", not left)


def main():
    with tempfile.TemporaryDirectory(
            dir=os.environ.get("TEST_TMPDIR")) as folder:
        tree = Tree(os.path.realpath(folder))
        check_words(tree)
        check_names(tree)
        check_failure(tree)
        check_targets(tree)
        check_interrupt(tree)
    return end()


sys.exit(main())
