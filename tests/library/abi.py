"""The binary interface of libweir, as text: what a program that was compiled
against one version takes for granted of the next.

Functions with their versions and types, each struct's size and its members'
offsets, the values of enums and of macros.  Types and layouts are what gcc
writes for debuggers, read by readelf.
"""

import re
import tempfile

import library


class Entry:
    """An entry of the debugging information, and what is within it."""

    def __init__(self, tag):
        self.tag = tag
        self.has = {}
        self.within = []

    def number(self, name):
        return int(self.has[name].split()[0], 0)

    def name(self):
        return self.has["name"].rsplit(": ", 1)[-1].strip()


def read_entries(path):
    """The entries by their offsets, as 'readelf --debug-dump=info' has it."""
    entries, open_entries = {}, []
    for line in library.run("readelf", "--debug-dump=info",
                            path).splitlines():
        head = re.match(r" *<(\w+)><(\w+)>: Abbrev Number: \d+"
                        r" \(DW_TAG_(\w+)\)", line)
        if head:
            depth = int(head.group(1))
            entry = entries[int(head.group(2), 16)] = Entry(head.group(3))
            del open_entries[depth:]
            if open_entries:
                open_entries[-1].within.append(entry)
            open_entries.append(entry)
            continue
        more = re.match(r" *<\w+> +DW_AT_(\w+) *: *(.*)", line)
        if more and open_entries:
            open_entries[-1].has[more.group(1)] = more.group(2)
    return entries


class Types:
    """What the types of entries are called in C."""

    def __init__(self, entries):
        self.entries = entries

    def target(self, entry):
        at = entry.has.get("type")
        return self.entries[int(at.strip("<>"), 16)] if at else None

    def of(self, entry):
        """The type of a member, a parameter or a pointer's target."""
        target = self.target(entry)
        return self.called(target) if target else "void"

    def called(self, entry):
        tag = entry.tag
        if tag == "pointer_type":
            target = self.target(entry)
            if target and target.tag == "subroutine_type":
                return self.called(target)
            target = self.of(entry)
            return target + ("*" if target.endswith("*") else " *")
        if tag in ("const_type", "volatile_type"):
            target = self.of(entry)
            word = tag.split("_", maxsplit=1)[0]
            return (f"{target}{word}" if target.endswith("*")
                    else f"{word} {target}")
        if tag == "array_type":
            bounds = [part.number("upper_bound") + 1 if "upper_bound" in part.has
                      else 0 for part in entry.within]
            return self.of(entry) + "".join(f"[{n}]" for n in bounds)
        if tag == "subroutine_type":
            given = [self.of(part) for part in entry.within]
            return f"{self.of(entry)} (*)({', '.join(given)})"
        prefix = {"structure_type": "struct ", "union_type": "union ",
                  "enumeration_type": "enum "}.get(tag, "")
        return prefix + (entry.name() if "name" in entry.has else "{}")

    def layout(self, entry, head):
        """A line for each member, and for those of members without a name."""
        for part in entry.within:
            if part.tag != "member":
                continue
            place = part.has.get("data_member_location", "0").split()[0]
            if "bit_size" in part.has:
                place += f" bits {part.has.get('data_bit_offset', '0')}"
                place += f"+{part.has['bit_size']}"
            name = part.name() if "name" in part.has else "-"
            yield f"{head}.{name} {place} {self.of(part)}"
            inner = self.target(part)
            if inner.tag in ("structure_type",
                             "union_type") and "name" not in inner.has:
                yield from self.layout(inner, f"{head}.{name}")


def is_ours(entry, values):
    """By its name, or by those of its values."""
    if "name" in entry.has:
        return entry.name().startswith("weir_")
    return any(value.name().startswith("WEIR_") for value in values)


def text():
    """The whole list."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/weir.o"
        library.run("gcc", "-std=c11", "-x", "c", "-c", "-gdwarf-4",
                    "-fno-eliminate-unused-debug-types", library.HEADER, "-o",
                    path)
        entries = read_entries(path)
    types = Types(entries)
    lines = set()
    for entry in entries.values():
        values = [part for part in entry.within if part.tag == "enumerator"]
        if not is_ours(entry, values):
            continue
        head = types.called(entry)
        if entry.tag in ("structure_type", "union_type"):
            layout = list(types.layout(entry, head))
            if layout:
                lines.add("\n".join([f"{head} {entry.number('byte_size')}",
                                     *layout]))
        elif entry.tag == "enumeration_type":
            lines.add("\n".join([f"{head} {entry.number('byte_size')}"] + [
                f"{head}: {part.number('const_value')} {part.name()}"
                for part in values]))
        elif entry.tag == "typedef":
            lines.add(f"typedef {head} {types.of(entry)}")

    exported = library.exported()
    for name, declared in library.declarations().items():
        lines.add(f"function {exported.get(name)} {declared}")
    macros = library.run("gcc", "-x", "c", "-dM", "-E", library.HEADER)
    for name, value in re.findall(r"^#define (WEIR_\w+) (.+)$", macros,
                                  re.MULTILINE):
        if not name.startswith("WEIR_VERSION") and '"' not in value:
            lines.add(f"macro {name} {' '.join(value.split())}")
    return "\n".join(sorted(lines)) + "\n"
