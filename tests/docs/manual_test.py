#!/usr/bin/env python3
"""usage: manual_test.py WEIR MANUAL BENCH BENCH_MANUAL FLOWS_MANUAL MANUAL...

The manuals and the command know the same: every option of a command's --help
stands in the manual's section on it and the other way round, so do the keys
of -a, -b and --synth, and every name of a report's ledger is explained.  Where
groff is installed the manual must be without a warning.  The last line is
"N passed, N failed".
"""

import json
import re
import shutil
import struct
import subprocess
import sys
import tempfile

passed = failed = 0


def check(what, missing):
    global passed, failed
    if missing:
        failed += 1
        print(f"failed: {what}: {', '.join(sorted(missing))}")
    else:
        passed += 1


def output_of(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"failed: {' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def options_of_help(text):
    found = set()
    for line in text.splitlines():
        match = re.match(r"  (-\S+?)(?:, (-\S+))?(?:\s|$)", line)
        if match:
            found |= {option for option in match.groups() if option}
    return found - {"-h", "--help"}


def options_of_manual(section):
    found = re.findall(r"^\.It Fl (\S+)", section, re.MULTILINE)
    return {"-" + option.replace("\\-", "-") for option in found}


def keys_of_help(text, option):
    """key:VALUE and key= in the lines of this option."""
    lines = re.search(rf"^  {option} .*\n(?:   .*\n)*", text, re.MULTILINE)
    return set(re.findall(r"\b([a-z]+)[:=]", lines.group() if lines else ""))


def keys_of_manual(section, option):
    if option == "--synth":
        item = re.search(r"^\.It Fl \\-synth.*\n((?:(?!\.It).*\n)*)", section,
                         re.MULTILINE)
        return set(re.findall(r"^\.Cm (\w+)", item.group(1), re.MULTILINE))
    return set(re.findall(rf"^\.It Fl {option[1]} Cm (\w+) :", section,
                          re.MULTILINE))


def names(value):
    """The keys of an object and of those within it."""
    for key, inner in value.items():
        yield key
        if isinstance(inner, dict):
            yield from names(inner)


def check_record(weir, sections):
    help_text = output_of(weir, "record", "--help")
    for option in ("-a", "-b", "--synth"):
        said = keys_of_help(help_text, option)
        written = keys_of_manual(sections["RECORD OPTIONS"], option)
        check(f"keys of {option}", said ^ written)

    with tempfile.NamedTemporaryFile(suffix=".pcap") as empty:
        empty.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        empty.flush()
        report = json.loads(
            output_of(weir, "record", "-r", empty.name, "-q", "--report", "-")
        )
    ledger = set(names(report["ledger"])) - {"balanced"}
    check("names of the ledger",
          {n for n in ledger if f"Cm {n}\n" not in sections["THE LEDGER"]})
    check("names of the report",
          {n for n in report if n not in sections["REPORT"]})


def check_flows(weir, section):
    made = (weir, "flows", "--synth", "frames=1", "-q")
    flows = json.loads(output_of(*made, "--json"))
    ledger = set(names(flows.pop("ledger")))
    row = list(flows["flows"][0])
    said = set(names(flows)) | set(row) | {"ledger"}
    check("names of the flows",
          {n for n in said if not re.search(rf"\b{n}\b", section)})
    check("names of JSON that are not the columns of CSV",
          set(row) ^ set(output_of(*made, "--csv").split("\n")[0].split(",")))
    check("names of the flows' ledger", {"written", "balanced"} - ledger)


def sections_of(path):
    with open(path, encoding="utf-8") as file:
        manual = file.read()
    return dict(re.findall(r"^\.Sh (.+)\n((?:(?!\.Sh ).*\n)*)", manual,
                           re.MULTILINE))


def check_groff(path):
    if shutil.which("groff"):
        done = subprocess.run(
            ["groff", "-mdoc", "-wall", "-z", "-Tutf8", path],
            capture_output=True, text=True, check=False,
        )
        check(f"groff {path}", set(done.stderr.splitlines()))
    else:
        print("groff is not installed: the manual's form is not checked")


def bench_options_of_help(text):
    """Every option of the lines that begin with one: "--flows N, --skew S"."""
    found = set()
    for line in re.findall(r"^  (-.*)", text, re.MULTILINE):
        found |= set(re.findall(r"(?<![\w-])--?[a-z][\w-]*",
                                re.split(r"  ", line)[0]))
    return found


def bench_options_of_manual(section):
    items = re.findall(r"^\.It (Fl .*)", section, re.MULTILINE)
    return {"-" + option.replace("\\-", "-")
            for item in items for option in re.findall(r"Fl (\S+)", item)}


def check_bench(bench, path):
    sections = sections_of(path)
    common = bench_options_of_manual(sections["COMMON OPTIONS"])
    for command in re.findall(r"^  weir bench ([a-z]+)",
                              output_of(bench, "--help"), re.MULTILINE):
        title = f"{command.upper()} OPTIONS"
        check(f"bench {command}: a section", {title} - set(sections))
        text = output_of(bench, command, "--help")
        said = bench_options_of_help(text)
        for part in re.findall(rf"^  weir bench {command} ([a-z]+)", text,
                               re.MULTILINE):
            said |= bench_options_of_help(
                output_of(bench, command, part, "--help"))
        written = bench_options_of_manual(sections.get(title, ""))
        check(f"bench {command}: in the help only", said - written - common)
        check(f"bench {command}: in the manual only", written - said)


def main():
    weir, path, bench, bench_path, flows_path, *others = sys.argv[1:]
    sections = sections_of(path)
    flows = sections_of(flows_path)
    for other in [flows_path, *others]:
        sections.update({title: text
                         for title, text in sections_of(other).items()
                         if title.endswith(" OPTIONS")})

    commands = re.findall(r"^  weir ([a-z]+)", output_of(weir, "--help"),
                          re.MULTILINE)
    check("commands without a section",
          {c for c in commands if f"{c.upper()} OPTIONS" not in sections})
    for command in commands:
        said = options_of_help(output_of(weir, command, "--help"))
        written = options_of_manual(sections[f"{command.upper()} OPTIONS"])
        check(f"{command}: in the help only", said - written)
        check(f"{command}: in the manual only", written - said)
    if "record" in commands:
        check_record(weir, sections)

    check_flows(weir, flows["OUTPUT"])
    check_bench(bench, bench_path)
    check_groff(path)
    check_groff(bench_path)
    for other in [flows_path, *others]:
        check_groff(other)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
