"""How libweir is made of the nouns' own libraries.

A cc_library of Bazel 4 archives its own objects alone, and a shared library
takes from an archive what is asked for.  Here everything is taken of what the
public header stands for, from the objects that are compiled for a shared
library.
"""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

def _archives(deps):
    """The archives of deps and of all that they need, those that ask first."""
    found = []
    for dep in deps:
        for part in dep[CcInfo].linking_context.linker_inputs.to_list():
            for library in part.libraries:
                archive = library.pic_static_library or library.static_library
                if archive and archive not in found:
                    found.append(archive)
    return found

def _features(ctx, toolchain):
    return cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )

def _weir_whole_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    libraries = [
        cc_common.create_library_to_link(
            actions = ctx.actions,
            feature_configuration = _features(ctx, toolchain),
            cc_toolchain = toolchain,
            pic_static_library = archive,
            alwayslink = True,
        )
        for archive in _archives(ctx.attr.deps)
    ]
    flags = []
    for dep in ctx.attr.deps:
        for part in dep[CcInfo].linking_context.linker_inputs.to_list():
            flags += [f for f in part.user_link_flags if f not in flags]
    linking = cc_common.create_linking_context(linker_inputs = depset([
        cc_common.create_linker_input(
            owner = ctx.label,
            libraries = depset(libraries),
            user_link_flags = depset(flags),
        ),
    ]))
    return [CcInfo(linking_context = linking)]

# All of deps, for a cc_binary with linkshared.
weir_whole = rule(
    implementation = _weir_whole_impl,
    attrs = {
        "deps": attr.label_list(providers = [CcInfo]),
        "_cc_toolchain": attr.label(
            default = "@bazel_tools//tools/cpp:current_cc_toolchain",
        ),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def _weir_header_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.run_shell(
        inputs = depset(
            [ctx.file.script, ctx.file.umbrella],
            transitive = [
                dep[CcInfo].compilation_context.headers
                for dep in ctx.attr.deps
            ],
        ),
        outputs = [out],
        mnemonic = "WeirHeader",
        command = 'awk -f "$1" "$2" >"$3"',
        arguments = [ctx.file.script.path, ctx.file.umbrella.path, out.path],
    )
    return [DefaultInfo(files = depset([out]))]

# One header of an umbrella and of what it includes.
weir_header = rule(
    implementation = _weir_header_impl,
    attrs = {
        "script": attr.label(allow_single_file = [".awk"]),
        "umbrella": attr.label(allow_single_file = [".h"]),
        "deps": attr.label_list(providers = [CcInfo]),
    },
)

def _weir_archive_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    archives = _archives(ctx.attr.deps)
    out = ctx.actions.declare_file(ctx.label.name)

    # --unique keeps sections of one name apart (functions that are static in
    # their files), so that an embedder's --gc-sections drops each by itself.
    ctx.actions.run_shell(
        inputs = depset(
            archives + [ctx.file.map],
            transitive = [toolchain.all_files],
        ),
        outputs = [out],
        mnemonic = "WeirArchive",
        command = """
            set -e
            out=$1 map=$2 ld=$3 objcopy=$4 ar=$5
            shift 5
            sed -n 's/^ *\\(weir_[a-z0-9_]*\\);.*/\\1/p' "$map" >"$out.names"
            "$ld" -r --unique -o "$out.o" --whole-archive "$@"
            "$objcopy" --keep-global-symbols="$out.names" "$out.o"
            mkdir "$out.d"
            mv "$out.o" "$out.d/weir.o"
            "$ar" rcsD "$out" "$out.d/weir.o"
            rm -r "$out.d" "$out.names"
        """,
        arguments = [
            out.path,
            ctx.file.map.path,
            toolchain.ld_executable,
            toolchain.objcopy_executable,
            toolchain.ar_executable,
        ] + [archive.path for archive in archives],
    )
    return [DefaultInfo(files = depset([out]))]

# An archive of one object of all of deps, in which only what the version
# script names is global: no name of weir's own can meet one of a program's.
weir_archive = rule(
    implementation = _weir_archive_impl,
    attrs = {
        "deps": attr.label_list(providers = [CcInfo]),
        "map": attr.label(allow_single_file = [".map"]),
        "_cc_toolchain": attr.label(
            default = "@bazel_tools//tools/cpp:current_cc_toolchain",
        ),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
