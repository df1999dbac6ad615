#!/usr/bin/env bash
# usage: fresh_debian.sh [FOLDER]
#
# Shows that a fresh clone works on a fresh Debian 12 that has nothing but
# git: builds one with debootstrap in FOLDER (a new one in /tmp by default),
# clones HEAD into it, and runs ./dev test and ./dev demo there.  Needs root,
# debootstrap and a mirror; takes some ten minutes; not part of CI.
#
# Mounts and processes are in namespaces of their own and end with them, so
# that nothing is mounted any more when the folder is removed.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)

# Inside the namespaces: $2 is the root of the new system.
if [[ ${1:-} == --inside ]]; then
    root=$2
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    # shellcheck disable=SC2016 # the shell inside expands it
    exec chroot "$root" /usr/bin/env -i HOME=/root TERM=dumb \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin http_proxy="${http_proxy:-}" \
        https_proxy="${https_proxy:-}" bash -euc '
            git clone -q /tmp/weir.bundle /tmp/weir
            cd /tmp/weir

            echo "== without root and sudo: the apt line, and 1"
            status=0
            setpriv --reuid 65534 --clear-groups ./dev test || status=$?
            ((status == 1))

            for verb in test demo; do
                echo "== ./dev $verb"
                start=$SECONDS
                ./dev "$verb" </dev/null
                echo "== ./dev $verb took $((SECONDS - start)) s"
            done
            ls -l bazel-bin/cli/weir weir-demo.pcapng'
fi

((EUID == 0)) || {
    echo "fresh_debian.sh needs root" >&2
    exit 1
}
folder=${1:-$(mktemp -d /tmp/weir-debian.XXXXXX)}
root=$folder/root
mkdir -p "$folder"
[[ ! -e $root ]] || {
    echo "$root exists" >&2
    exit 1
}
trap 'rm -rf --one-file-system "$root"; rmdir --ignore-fail-on-non-empty "$folder"' EXIT

debootstrap --variant=minbase --include=git,ca-certificates bookworm \
    "$root" ${MIRROR:+"$MIRROR"} >"$folder/debootstrap.log" ||
    {
        tail "$folder/debootstrap.log" >&2
        exit 1
    }
rm -f "$folder/debootstrap.log"
cp /etc/resolv.conf "$root/etc/resolv.conf"
apt-config dump | grep -i '^Acquire::https\?::Proxy' \
    >"$root/etc/apt/apt.conf.d/90proxy" || true
git -C "$top" bundle create -q "$root/tmp/weir.bundle" HEAD

status=0
unshare --mount --pid --fork --kill-child "$0" --inside "$root" || status=$?
echo "fresh Debian: exit status $status"
exit "$status"
