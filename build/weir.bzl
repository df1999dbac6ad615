"""The house's C rules: one set of flags for every target."""

COPTS = [
    "-std=gnu11",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Wshadow",
    "-Wstrict-prototypes",
    "-Wmissing-prototypes",
    "-Wvla",
    "-Werror",
    "-D_GNU_SOURCE",
    # Two neighbours of a struct that are stored apart and then read as one
    # vector, or the other way round, wait for each other through the cache:
    # adding to a sum of frames and bytes took 2.8 ns instead of 0.3.
    "-fno-tree-slp-vectorize",
    # In a shared library a function could be another's by its name when the
    # program runs, so by default none is inlined that is not static.
    "-fno-semantic-interposition",
]

# Of a test in network namespaces of its own: not beside others, not in a
# sandbox, and to be left out by --test_tag_filters=-net.
NET_TAGS = [
    "exclusive",
    "local",
    "net",
]

# Of a Python test that counts with tests/check/check.py.
PYTHON_CHECK = {"PYTHONPATH": "tests/check"}

def weir_library(name, copts = [], **kwargs):
    """A noun: one header with its contract, and what stands behind it."""
    native.cc_library(
        name = name,
        copts = COPTS + copts,
        **kwargs
    )

def weir_binary(name, copts = [], **kwargs):
    """A program."""
    native.cc_binary(
        name = name,
        copts = COPTS + copts,
        **kwargs
    )

def weir_test(name, deps = [], copts = [], size = "small", linkopts = [], **kwargs):
    """A Criterion test; its main is the library's."""
    native.cc_test(
        name = name,
        size = size,
        copts = COPTS + copts,
        # Nothing refers to the tests but their section, and an optimised
        # link throws such sections away.
        linkopts = ["-lcriterion", "-Wl,--no-gc-sections"] + linkopts,
        deps = deps,
        tags = kwargs.pop("tags", []) + ["criterion"],
        **kwargs
    )

def weir_main_test(name, deps = [], copts = [], size = "small", **kwargs):
    """A test that is a plain main, which ends with 'N passed, N failed'.

    For leaks and races: Criterion hides the first and breaks under the second.
    """
    native.cc_test(
        name = name,
        size = size,
        copts = COPTS + copts,
        deps = deps,
        tags = kwargs.pop("tags", []) + ["plain"],
        **kwargs
    )

def weir_fuzz(name, srcs, corpus, deps = [], **kwargs):
    """A fuzz target: libFuzzer's with --config=fuzz, else a corpus replay.

    The replay is an ordinary test, so that a fuzzer always builds and every
    input that once found something is run for ever.  corpus names a folder
    in corpus/.  With --config=fuzz the test replays too; to look for more,
    run the program with a folder for what it finds:

        bazel build --config=fuzz //tests/fuzz:fuzz_dissect
        bazel-bin/tests/fuzz/fuzz_dissect -max_total_time=180 \\
            /tmp/found tests/fuzz/corpus/dissect
    """
    folder = "corpus/" + corpus
    native.cc_test(
        name = name,
        size = "small",
        linkstatic = True,
        srcs = srcs,
        copts = COPTS,
        data = native.glob([folder + "/*"]),
        args = select({
            "//build:fuzzing": ["-runs=0"],
            "//conditions:default": [],
        }) + [native.package_name() + "/" + folder],
        linkopts = select({
            "//build:fuzzing": ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        deps = deps + select({
            "//build:fuzzing": [],
            "//conditions:default": ["//tests/fuzz:replay"],
        }),
        tags = kwargs.pop("tags", []) + ["plain", "fuzz"],
        **kwargs
    )

def weir_bpf(name, src, symbol, header, hdrs = [], copts = []):
    """A BPF program as clang compiles it, as the bytes of a C array.

    Makes NAME.c with SYMBOL and SYMBOL_bytes, which header declares.
    """
    native.genrule(
        name = name,
        srcs = [src, header] + hdrs,
        outs = [name + ".o", name + ".c"],
        cmd = """
            clang -target bpf -O2 -ffreestanding -Wall -Wextra -Werror %s \\
                -I/usr/include/$$(uname -m)-linux-gnu -iquote . \\
                -c $(location %s) -o $(location %s.o)
            {
                echo '#include "%s/%s"'
                echo '_Alignas(8) const unsigned char %s[] = {'
                od -An -v -t u1 $(location %s.o) | sed 's/[0-9][0-9]*/&,/g'
                echo '};'
                echo 'const size_t %s_bytes = sizeof %s;'
            } >$(location %s.c)
        """ % (
            " ".join(copts),
            src,
            name,
            native.package_name(),
            header,
            symbol,
            name,
            symbol,
            symbol,
            name,
        ),
    )

def library_test(name, data = [], tags = [], **kwargs):
    """A Python test of libweir as it is installed (tests/library/library.py)."""
    native.sh_test(
        name = name,
        size = "small",
        srcs = [name + ".py"],
        data = data + [
            "//build:installed",
            "//build:libweir.map",
            "//tests/check:check.py",
            "//tests/library:library.py",
        ],
        env = {
            # Else in the tree of the sources, behind a link.
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": "tests/check:tests/examples:tests/library",
        },
        tags = tags + ["plain"],
        **kwargs
    )
