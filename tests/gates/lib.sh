# SPDX-License-Identifier: MIT
# Shared by examples/run, tests/run and the gates, which source it with $root
# set to the top of the source tree.

build=$root/build
packages=$root/tests/gates/packages.txt
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1 DEBIAN_FRONTEND=noninteractive

say() {
    printf '\n== %s\n' "$*"
}

fail() {
    printf 'FAIL: %s\n' "$*"
    exit 1
}

skip() {
    printf 'SKIP: %s\n' "$*"
    exit 77
}

# quietly NAME COMMAND...: runs it; shows what it said only when it fails.
quietly() {
    mkdir -p "$build/log"
    _log=$build/log/$1
    shift
    "$@" >"$_log" 2>&1 </dev/null || {
        _status=$?
        cat "$_log"
        printf '(exit status %s: %s)\n' "$_status" "$*"
        return 1
    }
}

# present PROBE: is this command, header or file there?
present() {
    case $1 in
    /*) test -e "$1" ;;
    *.h) echo "#include <$1>" | cc -E - >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

# need NAME...: what packages.txt lists for them is there, if need be after
# installing it. Otherwise says how to install it and returns 1.
need() {
    missing=$(
        for script; do
            for entry in $(sed -n "s/^$script  *//p" "$packages"); do
                present "${entry#*/}" || echo "${entry%%/*}"
            done
        done | sort -u | paste -s -d ' '
    )
    test -n "$missing" || return 0
    sudo=
    test "$(id -u)" = 0 || sudo=sudo
    if test "${MSK_INSTALL:-yes}" = yes && command -v apt-get >/dev/null &&
        { test -z "$sudo" || sudo -n true 2>/dev/null; }; then
        say "installing $missing"
        $sudo apt-get update -qq || true # a stale index may do
        quietly apt-install $sudo env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y --no-install-recommends -qq \
            -o DPkg::Lock::Timeout=900 $missing
    else
        echo "Not installed yet:"
        echo "    ${sudo:+$sudo }apt-get update && ${sudo:+$sudo }apt-get install" \
            "-y --no-install-recommends $missing"
        return 1
    fi
}

# configure NAME OPTION...: build/NAME is a Meson build directory with them.
configure() {
    _dir=$build/$1
    shift
    if test -f "$_dir/build.ninja" &&
        meson setup --reconfigure "$@" "$_dir" "$root" >/dev/null 2>&1; then
        return 0
    fi
    rm -rf "$_dir"
    quietly "${_dir##*/}-setup" meson setup "$@" "$_dir" "$root"
}

# build_all [tests]: build/all has the library and the programs, and the tests
# too when they are asked for, or were before. Both commands build there, so
# that the second one has less to do.
build_all() {
    _tests=
    test -f "$build/all/build.ninja" || _tests=-Dtests=disabled
    test "${1:-}" != tests || _tests=-Dtests=enabled
    configure all -Dexamples=enabled $_tests &&
        quietly all-build ninja -C "$build/all"
}

# programs: build/all has them. It is not configured again, for gates run side
# by side.
programs() {
    test -f "$build/all/build.ninja" || build_all
    quietly "${0##*/}-programs" ninja -C "$build/all"
}

# row NAME COUNTS: a row of tests/table, with the seconds since the one before it
# and the day. COUNTS: passed, failed, skipped.
_row_began=$(date +%s)
row() {
    mkdir -p "$build/rows"
    _now=$(date +%s)
    echo "$2 $((_now - _row_began)) $(date -u +%F)" >"$build/rows/$1"
    _row_began=$_now
}

# way [NAME]: a row for what comes now, to the next `way`: it has failed until
# then. The last one has no name.
_way=
way() {
    test -z "$_way" || row "$_way" "1 0 0"
    _way=${1:-}
    test -z "$_way" || row "$_way" "0 1 0"
}

# unit NAME OPTION...: builds that way, runs the unit tests, and makes a row. The
# UE's tests run a second time, on a card, only where $cards says so; with
# $alone nothing is built that they do not need.
unit() {
    _unit=$1 _status=0 _tests=$build/$1/meson-logs/testlog.json
    shift
    rm -f "$_tests"
    _built=--no-rebuild
    test -z "${alone:-}" || _built=
    configure "$_unit" -Dtests=enabled -Ddebug=false "$@" &&
        { test -z "$_built" ||
            quietly "$_unit-build" ninja -C "$build/$_unit"; } &&
        quietly "$_unit-test" meson test -C "$build/$_unit" $_built \
            --suite unit ${cards:---no-suite card} --print-errorlogs || _status=1
    row "$_unit" "$(python3 "$root/tests/gates/count.py" "$_tests")"
    return "$_status"
}

# copy_tree FOLDER: what belongs to the source tree, and nothing that was built.
copy_tree() {
    mkdir -p "$1"
    if git -C "$root" rev-parse --git-dir >/dev/null 2>&1; then
        git -C "$root" ls-files -coz --exclude-standard
    else # an archive
        (cd "$root" && find . -name build -prune -o -name __pycache__ -prune \
            -o ! -type d -print0)
    fi | tar -C "$root" --null --ignore-failed-read -T - -cf - |
        tar -C "$1" -xf -
}
