#!/usr/bin/env python3
"""The pages of section 3 say what the public header says: each function is in
the synopsis of one page, declared as there, and so is what they show of
structs and enums.  Each struct and each type of a function of the header is
shown by some page, and all members of a struct are explained there.  Programs
among the examples compile.  weir(3) names each page.  mandoc finds nothing
wrong with any, no word of theirs is taken for a macro, and no reference of ours
leads to nowhere.

The last line is "N passed, N failed".
"""

import glob
import os
import re
import subprocess
import sys

import library
from check import check, end


# Words that are macros where a line of macros has them.
WORDS = {"An", "At", "Do", "In", "So"}

# Structs whose members are fields of headers and named like these: what there
# is to say of them is said where it is not what an RFC says.
FIELDS = re.compile(r"struct weir_(\w+_view|build_\w+)")


def tokens(text):
    """A declaration without the accidents of its layout."""
    return " ".join(re.findall(r"\w+|\.\.\.|[^\s\w]", text))


def header():
    """The header's functions, and its structs and enums, by name; and its
    typedefs."""
    text = library.run("gcc", "-fpreprocessed", "-dD", "-E", "-P",
                       library.HEADER)
    text = re.sub(r"^#.*(?:\\\n.*)*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"__attribute__\s*\(\(.*?\)\)\)", "", text, flags=re.DOTALL)
    types = {
        tokens(name): tokens(whole)
        for whole, name in re.findall(
            r"((\b(?:struct|enum|union) \w+) (?:\{[^\n]*\};|\{.*?^\};))", text,
            re.DOTALL | re.MULTILINE)
    }
    functions = {
        name: tokens(whole)
        for whole, name in re.findall(
            r"^((?:const |struct |enum |unsigned )*\w+[ *\n]+(weir_\w+)"
            r"\((?:[^;{}]*)\))\s*;", text, re.MULTILINE)
    }
    typedefs = [tokens(whole) for whole in re.findall(
        r"^typedef [^;{]*;", text, re.MULTILINE)]
    return functions, types, typedefs


def arguments(line):
    """The words of a macro's line: those in quotes are one."""
    return [quoted or plain
            for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', line)]


def synopsis_functions(text):
    """The declarations that .Ft and .Fn, or .Fo, .Fa and .Fc, make."""
    found = []
    for kind, rest in re.findall(r"^\.Ft (.*)\n((?:(?!\.Ft ).*\n)*)", text,
                                 re.MULTILINE):
        call = re.search(r"^\.Fn (.*)$", rest, re.MULTILINE)
        if call:
            name, *given = arguments(call.group(1))
        else:
            name = re.search(r"^\.Fo (\w+)$", rest, re.MULTILINE).group(1)
            given = []
            for line in re.findall(r"^\.Fa (.*)$", rest, re.MULTILINE):
                given += arguments(line)
        kind = " ".join(arguments(kind))
        found.append((name, tokens(f"{kind} {name}({', '.join(given)})")))
    return found


def synopsis_types(text):
    """What it shows of structs and enums."""
    shown = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return {
        tokens(name): tokens(whole.replace("\\-", "-"))
        for whole, name in re.findall(
            r"^((\b(?:struct|enum|union) \w+) \{.*?^\};)", shown,
            re.DOTALL | re.MULTILINE)
    }


def members(declared):
    """The names of a struct's members."""
    body = declared[declared.index("{") + 1:declared.rindex("}")]
    body = re.sub(r"\[.*?\]", "", body)
    return re.findall(r"(\w+) *;", body)


def check_structs(types, paths):
    """Each is shown by a page, which explains the members."""
    pages = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            head, _, rest = file.read().partition(".Sh DESCRIPTION")
        words = set(re.findall(r"\w+", rest))
        pages.append((path, synopsis_types(head), words))
    for name, declared in types.items():
        if not name.startswith("struct "):
            continue
        showing = {path: words for path, shown, words in pages
                   if name in shown}
        check(f"no page shows {name}", showing)
        check(f"{name}: no members", members(declared))
        missing = [set(members(declared)) - words
                   for words in showing.values()]
        check(f"{name}: in the text of none of {list(showing)}: {missing}",
              FIELDS.fullmatch(name) or not all(missing))


def check_typedefs(typedefs, paths):
    shown = ""
    for path in paths:
        with open(path, encoding="utf-8") as file:
            shown += tokens(file.read().partition(".Sh DESCRIPTION")[0])
    check("typedefs", typedefs)
    for declared in typedefs:
        check(f"no page shows {declared}", declared in shown)


def check_page(path, functions, types, pages):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    names = text.split(".Sh NAME")[1].split(".Sh ")[0]
    text = text.split(".Sh SYNOPSIS")[1].split("\n.Sh ")[0] + "\n"
    for name, declared in synopsis_functions(text):
        said = functions.get(name, "no such function")
        check(f"{path}: {declared}\n  weir.h: {said}", declared == said)
        check(f"{name} is in {path} and in {pages.get(name)}",
              name not in pages)
        check(f"{path}: {name} is not under NAME",
              re.search(rf"^\.Nm {name}\b", names, re.MULTILINE))
        pages[name] = path
    for name, shown in synopsis_types(text).items():
        said = types.get(name, "no such type")
        check(f"{path}: {shown}\n  weir.h: {said}", shown == said)


def examples(path):
    """The whole programs among a page's examples."""
    with open(path, encoding="utf-8") as file:
        text = file.read().partition(".Sh EXAMPLES")[2].split("\n.Sh ")[0]
    for shown in re.findall(r"^\.Bd .*?\n(.*?)^\.Ed", text,
                            re.DOTALL | re.MULTILINE):
        if "int main(" in shown:
            yield (shown.replace("\\e", "\\").replace("\\-", "-")
                   .replace("\\&", ""))


def check_examples(path):
    """They compile as C and as C++, and have all that they need."""
    for program in examples(path):
        for compiler in ("gcc -std=c11 -x c", "g++ -std=c++11 -x c++"):
            said = library.complaints(
                *compiler.split(), "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                "-I", "build", *library.sanitizers(), "-o", "/dev/null", "-",
                "-x", "none", library.SHARED, input=program)
            check(f"{path}: {compiler}: {said}", not said)


def check_words(path):
    """Headings are shown as they are written, and no word is a macro."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    shown = library.run("mandoc", "-Tutf8", path)
    shown = re.sub(r".\x08", "", shown).split("\n")
    for heading in re.findall(r"^\.S[hs] (.*)$", text, re.MULTILINE):
        heading = " ".join(arguments(heading.replace("\\&", "")))
        check(f"{path}: the heading {heading} is not shown so",
              heading in map(str.strip, shown))
    for line in re.findall(r"^\.\w+ (.*)$", text, re.MULTILINE):
        check(f"{path}: a word is taken for a macro: {line}",
              not WORDS & set(line.split()))


def check_form(paths):
    have = {os.path.basename(path) for path in paths}
    for path in paths:
        check_words(path)
        done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", path],
                              capture_output=True, text=True, check=False)
        check(f"{path}:\n{done.stdout}", not done.stdout)
        with open(path, encoding="utf-8") as file:
            said = set(re.findall(r"^\.Xr (weir\S*) (\d)", file.read(),
                                  re.MULTILINE))
        lost = [".".join(page) for page in said if ".".join(page) not in have]
        check(f"{path} names {lost}", not lost)


def check_overview(paths):
    with open("docs/man3/weir.3", encoding="utf-8") as file:
        named = set(re.findall(r"^\.It Xr (\w+) 3", file.read(),
                               re.MULTILINE))
    have = {os.path.basename(path)[:-2] for path in paths} - {"weir"}
    check(f"weir(3) and the pages: {named ^ have}", named == have)


def main():
    functions, types, typedefs = header()
    said = set(library.declarations())
    check(f"not understood in weir.h: {said ^ set(functions)}",
          said == set(functions))
    pages = {}
    paths = sorted(glob.glob("docs/man3/*.3"))
    for path in paths:
        check_page(path, functions, types, pages)
        check_examples(path)
    check_structs(types, paths)
    check_typedefs(typedefs, paths)
    check_overview(paths)
    check_form(paths + sorted(glob.glob("docs/*.1")))
    check(f"without a page: {sorted(said - set(pages))}", said <= set(pages))
    sys.exit(end())


main()
