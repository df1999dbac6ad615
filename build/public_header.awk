# usage: awk -f public_header.awk pipeline/weir.h >weir.h   (in the tree's root)
#
# One header that needs no other of ours: each public header of the tree, once,
# in the order in which they are included, without its guard; the system's
# headers before all of it; and what C++ needs around it.  A public header
# includes public headers, and of the system <stdint.h>, <stdbool.h> and
# <stddef.h> alone: anything else is an error.

function fail(why) {
    print file ":" line ": " why >"/dev/stderr"
    failed = 1
    exit 1
}

# The lines of one header and of those that it includes.  A header's guard is
# its first #ifndef, the #define behind it, and its last #endif.
function inline(path,    file, line, text, lines, n, i, name, guard) {
    file = path
    n = 0
    while ((status = (getline text < path)) > 0)
        lines[++n] = text
    if (status < 0)
        fail("cannot be read")
    close(path)
    while (n > 0 && lines[n] !~ /^#endif/)
        n--
    if (n == 0)
        fail("has no guard")

    guard = 0
    for (i = 1; i < n; i++) {
        line = i
        if (guard == 0 && lines[i] ~ /^#ifndef WEIR_[A-Z0-9_]*_H$/) {
            guard = 1
        } else if (guard == 1) {
            guard = 2
        } else if (lines[i] ~ /^#include "/) {
            name = lines[i]
            gsub(/^#include "|"$/, "", name)
            if (name in seen)
                continue
            seen[name] = 1
            inline(name)
        } else if (lines[i] ~ /^#[ \t]*include/) {
            if (lines[i] !~ /^#include <(stdint|stdbool|stddef)\.h>$/)
                fail("a public header may not include this: " lines[i])
        } else if (lines[i] != "" || !blank) {
            body = body lines[i] "\n"
            blank = lines[i] == ""
        }
    }
    if (guard != 2)
        fail("has no guard")
    if (!blank)
        body = body "\n"
    blank = 1
}

BEGIN {
    if (ARGC != 2) {
        print "usage: awk -f public_header.awk UMBRELLA" >"/dev/stderr"
        failed = 1
        exit 1
    }
    blank = 1
    inline(ARGV[1])
    print "/* Made from the headers of weir's parts; the manual is weir(3). */\n"
    print "#ifndef WEIR_H"
    print "#define WEIR_H\n"
    print "#include <stdbool.h>"
    print "#include <stddef.h>"
    print "#include <stdint.h>\n"
    print "#ifdef __cplusplus"
    print "extern \"C\" {"
    print "/* A function may have the name of the struct that it fills. */"
    print "#pragma GCC diagnostic push"
    print "#pragma GCC diagnostic ignored \"-Wshadow\""
    print "#endif\n"
    printf "%s", body
    print "#ifdef __cplusplus"
    print "#pragma GCC diagnostic pop"
    print "}"
    print "#endif\n"
    print "#endif"
    exit
}
END { exit failed }
