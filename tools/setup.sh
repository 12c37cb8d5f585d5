# Shared by quickstart and test; to be sourced. Says nothing while all is well.
# shellcheck shell=bash

# shellcheck disable=SC2034  # used by whoever sources this
readonly build_packages=(g++ cmake ninja-build pkg-config libfuse3-dev fuse3 nlohmann-json3-dev libspdlog-dev libfmt-dev
    libcli11-dev libxxhash-dev libmodpbase64-dev libutfcpp-dev)

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "this needs root: run it as root, or install sudo" >&2
        return 1
    fi
}

# Runs a command; its output is shown only if it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ "$status" -ne 0 ]; then
        cat "$log" >&2
        echo "failed: $*" >&2
    fi
    rm -f "$log"
    return "$status"
}

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Installs those of the named Debian packages that are missing.
install_packages() {
    local missing=() package
    for package in "$@"; do
        installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    if ! command -v apt-get >/dev/null; then
        echo "these packages are missing, and there is no apt-get to install them: ${missing[*]}" >&2
        return 1
    fi
    quietly as_root apt-get update
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

need_fuse() {
    if [ ! -c /dev/fuse ]; then
        as_root modprobe fuse 2>/dev/null || true
    fi
    if [ ! -r /dev/fuse ] || [ ! -w /dev/fuse ]; then
        echo "/dev/fuse is missing or closed to you: the kernel module fuse must be loaded (modprobe fuse), and in a container the device be passed in (--device /dev/fuse --cap-add SYS_ADMIN)" >&2
        return 1
    fi
}
