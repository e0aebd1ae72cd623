#!/bin/sh
# The laptop's side: check -> apply -> verify -> report, one JSON object a line on stdout.
#
#   agent.sh check|apply -k SIGNERS [-r ROOT] [-o] [-n EPOCH] BUNDLE
#
# SIGNERS: ssh-keygen's allowed signers, who may sign a bundle. ROOT: where the laptop's files are (default /).
# -o: owners mean whoever runs this (folders that stand in for laptops). -n: the preparer's clock.
# Exit: 0 ready, 1 something fails, 2 something unknown, 3 refused, 4 could not finish.
#
# Nothing outside ROOT is ever written, whatever lies in it: each folder is entered one component at a time and
# must be the physical path that was meant; a file is written beside its place under a name that did not exist,
# all are flushed, then each is renamed. A kill or a power cut leaves the old file or the new one, and the next
# run goes on. POSIX sh with coreutils' (or busybox's) stat, sha256sum, mv -T; ssh-keygen for the signature.
set -u
umask 077
LC_ALL=C
export LC_ALL
unset CDPATH
PATH=/usr/sbin:/usr/bin:/sbin:/bin
TAB=$(printf '\t') NL='
'

quoted() { # TEXT: for a JSON string; control characters, quotes and backslashes become '?'
    case $1 in
    *[\"\\]* | *[[:cntrl:]]*) printf '%s' "$1" | tr '"\\\000-\037\177' '?' ;;
    *) printf '%s' "$1" ;;
    esac
}
refuse() { # CODE EVIDENCE
    printf '{"refused":"%s","evidence":"%s"}\n' "$1" "$(quoted "${2:-}")"
    exit 3
}
broke() { # WHY
    printf '{"broken":"%s"}\n' "$(quoted "$1")"
    exit 4
}

verb=${1:-}
[ $# = 0 ] || shift
root=/ signers='' mine=no now=''
while getopts k:r:on: option; do
    case $option in
    k) signers=$OPTARG ;;
    r) root=$OPTARG ;;
    o) mine=yes ;;
    n) now=$OPTARG ;;
    *) refuse usage ;;
    esac
done
shift $((OPTIND - 1))
case $verb in check | apply) ;; *) refuse usage "$verb" ;; esac
bundle=$(cd -P -- "${1:-}" 2>/dev/null && pwd -P) || refuse no-bundle "${1:-}"
root=$(cd -P -- "$root" 2>/dev/null && pwd -P) || refuse no-root "$root"
[ "$root" != / ] || root=
plan=$bundle/plan
clock=$(date +%s)
case $now in *[!0-9]*) refuse usage "-n" ;; esac
[ "$mine" = no ] || self=$(id -u):$(id -g)

# --- may this bundle be used here? ----------------------------------------------------------------------

[ -f "$plan" ] && [ ! -L "$plan" ] || refuse no-plan
[ -r "$signers" ] || refuse no-signers
command -v ssh-keygen >/dev/null || refuse no-ssh-keygen
ssh-keygen -Y verify -f "$signers" -I liaison -n mahoroba-liaison -s "$bundle/plan.sig" <"$plan" >/dev/null 2>&1 ||
    refuse signature
id=$(sha256sum <"$plan") id=${id%% *}
files='' profile='' version='' expires=''
while IFS=$TAB read -r kind a b c d e; do
    case $kind in
    profile) profile=$a ;;
    version) version=$a ;;
    expires) expires=$a ;;
    agent) agent=$a ;;
    file) files="$files$e  files/$e$NL" ;;
    esac
done <"$plan"
case ,$version,$expires, in *,,* | *[!0-9,]*) refuse plan ;; esac
if [ -n "$files" ]; then
    printf '%s' "$files" | (cd -P -- "$bundle" && sha256sum -c --status 2>/dev/null) || refuse content
fi
printf '%s  agent.sh\n' "${agent:-}" | (cd -P -- "$bundle" && sha256sum -c --status 2>/dev/null) || refuse content

inside() { # ABSOLUTE FOLDER: go there, never through a link; leaves the shell in it
    cd -P -- "$root/" 2>/dev/null || return 1
    at=$root rest=${1#/}
    while [ -n "$rest" ]; do
        part=${rest%%/*}
        case $rest in */*) rest=${rest#*/} ;; *) rest= ;; esac
        [ -n "$part" ] || continue
        [ ! -L "$part" ] && cd -P -- "$part" 2>/dev/null || return 1
        at=$at/$part
        [ "$PWD" = "$at" ] || return 1
    done
}
outside_path() { dir=${1%/*} name=${1##*/}; }

state=/var/lib/mahoroba-liaison
last=0 installed_profile='' installed_version=0
if inside $state && [ -f state ] && [ ! -L state ]; then
    while IFS='=' read -r key value; do
        case $key=$value in
        profile=*) installed_profile=$value ;;
        version=*[!0-9]* | last=*[!0-9]*) ;;
        version=?*) installed_version=$value ;;
        last=?*) last=$value ;;
        esac
    done <state
fi
[ "$clock" -ge "$last" ] || clock_back=yes
latest=$clock
[ "$latest" -ge "$last" ] || latest=$last
[ -z "$now" ] || [ "$latest" -ge "$now" ] || latest=$now
[ "$latest" -lt "$expires" ] || refuse expired "$expires"
[ -z "$installed_profile" ] || [ "$installed_profile" = "$profile" ] || refuse other-profile "$installed_profile"
[ "$version" -ge "$installed_version" ] || refuse older "$installed_version"

# --- check ----------------------------------------------------------------------------------------------

reachable() { # PATH: its folder exists and no component of it is a link (no fork)
    way=$root rest=${1#/}
    case $rest in */*) ;; *) return 0 ;; esac
    rest=${rest%/*}
    while [ -n "$rest" ]; do
        way=$way/${rest%%/*}
        [ ! -L "$way" ] && [ -d "$way" ] || return 1
        case $rest in */*) rest=${rest#*/} ;; *) rest= ;; esac
    done
}
owner() { [ "$mine" = yes ] && own=$self || own=$1; }

look() { # one pass over all files: their hashes and attributes, two forks for the whole plan
    set --
    regular=''
    while IFS=$TAB read -r kind step path rest; do
        case $kind in
        file | dir | line)
            # shellcheck disable=SC2015
            reachable "$path" && [ ! -L "$root$path" ] && [ -e "$root$path" ] && set -- "$@" "$root$path"
            [ "$kind" = file ] && [ -f "$root$path" ] && [ ! -L "$root$path" ] && reachable "$path" &&
                regular="$regular$path$NL"
            ;;
        esac
    done <"$plan"
    attributes=$NL$([ $# = 0 ] || stat -c '%a %u:%g %n' -- "$@" 2>/dev/null)$NL
    hashes=$NL$(
        set --
        while read -r path; do [ -z "$path" ] || set -- "$@" "$root$path"; done <<EOF
$regular
EOF
        [ $# = 0 ] || sha256sum -- "$@" 2>/dev/null
    )$NL
}
has() { case $1 in *"$NL$2$NL"*) ;; *) return 1 ;; esac; }
attributes_right() { # PATH MODE OWNER: sets evidence
    owner "$3"
    has "$attributes" "$2 $own $root$1" && return
    case $attributes in
    *" $own $root$1$NL"*) evidence="mode is not $2" ;;
    *) evidence="owner is not $own" ;;
    esac
    return 1
}
there() { # PATH TEST: sets evidence when it is missing, a link or another kind
    if ! reachable "$1"; then
        evidence='folder missing or a link'
    elif [ -L "$root$1" ]; then
        evidence='a link'
    elif [ ! -e "$root$1" ]; then
        evidence=missing
    elif ! test "$2" "$root$1"; then
        evidence='another kind of file'
    else
        return 0
    fi
    return 1
}

check_dir() { # PATH MODE OWNER
    there "$1" -d && attributes_right "$@"
}
check_file() { # PATH MODE OWNER SHA256
    there "$1" -f || return 1
    has "$hashes" "$4  $root$1" || { evidence='content differs' && return 1; }
    attributes_right "$1" "$2" "$3"
}
check_line() { # PATH MODE OWNER KEY TEXT
    there "$1" -f || return 1
    found=0 right=no
    while IFS= read -r row || [ -n "$row" ]; do
        case $row in "$4"*)
            found=$((found + 1))
            [ "$row" != "$5" ] || right=yes
            ;;
        esac
    done <"$root$1"
    [ $found = 1 ] && [ $right = yes ] || { evidence="line differs ($found found)" && return 1; }
    attributes_right "$1" "$2" "$3"
}
check_only() { # PATH
    there "$1" -d || return 1
    for entry in "$root$1"/* "$root$1"/.[!.]*; do
        [ -e "$entry" ] || [ -L "$entry" ] || continue
        case $planned in *"$NL$1/${entry##*/}$NL"*) ;; *) evidence="extra: ${entry##*/}" && return 1 ;; esac
    done
}
check_accounts() { # "NAME NAME"
    there /etc/passwd -f || return 1
    while IFS=: read -r account _ uid _; do
        case $uid in '' | *[!0-9]*) continue ;; esac
        [ "$uid" -ge 1000 ] && [ "$uid" -lt 60000 ] || continue
        case " $1 " in *" $account "*) ;; *) evidence="unknown user: $account" && return 1 ;; esac
    done <"$root/etc/passwd"
}

# Probes: 0 ok, 1 fail, 2 unknown. What cannot be seen is unknown, never ok.
number_in() { # FILE: sets value; 1 if there is no number
    value=
    [ -f "$root$1" ] && [ ! -L "$root$1" ] && read -r value <"$root$1"
    case $value in '' | *[!0-9]*) return 1 ;; esac
}
probe_clock() {
    [ "${clock_back:-no}" = no ] || { evidence='clock went back' && return 1; }
    here=$clock
    # A laptop that is only a folder shows its own clock in a file (seconds it is off).
    if [ -n "$root" ] && number_in /run/mahoroba-clock-offset; then here=$((clock + value)); fi
    [ -n "$now" ] || { evidence='nobody to compare with' && return 2; }
    off=$((here - now))
    evidence="$off s off"
    [ "${off#-}" -le "$1" ]
}
probe_battery() {
    for place in "$root"/sys/class/power_supply/BAT*; do
        place=${place#"$root"}
        kind_of=charge
        [ -f "$root$place/charge_full" ] || kind_of=energy
        if number_in "$place/${kind_of}_full" && full=$value && number_in "$place/${kind_of}_full_design"; then
            [ "$value" -gt 0 ] || break
            evidence="$((100 * full / value)) %"
            [ $((100 * full / value)) -ge "$1" ]
            return
        fi
    done
    evidence='no battery found'
    return 2
}
probe_encryption() {
    seen=no
    for place in "$root"/sys/block/*/dm/uuid; do
        [ -f "$place" ] || continue
        seen=yes
        read -r value <"$place"
        case $value in CRYPT-*) evidence=${value%%-*}-$(echo "$value" | cut -d- -f2) && return ;; esac
    done
    evidence='no encrypted volume seen'
    [ $seen = no ] && return 2
    return 1
}
probe_free() {
    free=$(df -Pk -- "$root/" 2>/dev/null | { read -r _ && read -r _ _ _ free _ && echo "$free"; })
    case $free in '' | *[!0-9]*) evidence='df says nothing' && return 2 ;; esac
    evidence="$((free / 1024)) MB"
    [ $((free / 1024)) -ge "$1" ]
}
probe_updates() {
    for place in /var/lib/apt/periodic/update-success-stamp /var/lib/dpkg/status; do
        [ -f "$root$place" ] || continue
        changed_at=$(stat -c %Y -- "$root$place" 2>/dev/null) || continue
        days=$(((latest - changed_at) / 86400))
        evidence="$days days"
        [ $days -le "$1" ]
        return
    done
    evidence='no record of updates'
    return 2
}
probe_camera() {
    for place in "$root"/sys/class/video4linux/video*; do
        [ ! -e "$place" ] || { evidence=${place##*/} && return 0; }
    done
    [ -d "$root/sys/class" ] || { evidence='no device list' && return 2; }
    evidence='no camera'
    return 1
}
probe_package() {
    [ -f "$root/var/lib/dpkg/status" ] || { evidence='no package list' && return 2; }
    evidence=$1
    grep -qx "Package: $1" "$root/var/lib/dpkg/status"
}
probe_printer() {
    [ -f "$root/etc/cups/printers.conf" ] || { evidence='CUPS has not run yet' && return 2; }
    evidence=$1
    grep -qxE "<(Default)?Printer $1>" "$root/etc/cups/printers.conf"
}

check_all() { # prints nothing; sets $states (number:state) and, with "report", says each
    look
    number=0 failing='' n_ok=0 n_fail=0 n_unknown=0
    while IFS=$TAB read -r kind step a b c d e; do
        case $kind in dir | only | file | line | accounts | probe) ;; *) continue ;; esac
        number=$((number + 1)) evidence=''
        if [ "$kind" = probe ]; then
            case $a in clock | battery | encryption | free | updates | camera | package | printer) ;; *) refuse plan ;; esac
            "probe_$a" "$b"
        else
            "check_$kind" "$a" "$b" "$c" "$d" "$e"
        fi
        case $? in
        0) result=ok n_ok=$((n_ok + 1)) ;;
        1) result=fail n_fail=$((n_fail + 1)) failing="$failing $number " ;;
        *) result=unknown n_unknown=$((n_unknown + 1)) ;;
        esac
        [ "$1" = report ] || continue
        case $changed in *" $number "*) did=1 ;; *) did=0 ;; esac
        case $problems in *"$NL$number:"*) why=${problems#*"$NL$number:"} && evidence="$evidence; ${why%%"$NL"*}" ;; esac
        label=$a
        case $kind:$a in line:*) label="$a $d" ;; probe:package | probe:printer) label="$a $b" ;; esac
        case $label$evidence in *[\"\\]* | *[[:cntrl:]]*) label=$(quoted "$label") evidence=$(quoted "$evidence") ;; esac
        printf '{"step":"%s","kind":"%s","name":"%s","state":"%s","changed":%s,"evidence":"%s"}\n' \
            "$step" "$kind" "$label" "$result" "$did" "$evidence"
    done <"$plan"
}

# --- apply ----------------------------------------------------------------------------------------------

stage() { # PATH MODE OWNER, content on stdin: a complete file under a new name beside PATH
    outside_path "$1"
    inside "$dir" || { trouble='its folder is missing or a link' && return 1; }
    new=".$name.mahoroba-new"
    [ ! -d "$name" ] || [ -L "$name" ] || { trouble='a folder is in the way' && return 1; }
    rm -f -- "$new" 2>/dev/null
    owner "$3"
    if (set -C && cat >"./$new") 2>/dev/null && chown "$own" "./$new" && chmod "$2" "./$new"; then
        staged="$staged$1$NL"
        return
    fi 2>/dev/null
    rm -f -- "$new" 2>/dev/null
    trouble='could not be written: disk full or no right'
    return 1
}
apply_dir() { # PATH MODE OWNER
    outside_path "$1"
    inside "$dir" || { trouble='its folder is missing or a link' && return 1; }
    [ ! -L "$name" ] || { trouble='a link is in the way; not touched' && return 1; }
    owner "$3"
    # What lies below a home in memory: it showed itself because the power went.
    [ "$2" != 700 ] || ! has "$attributes" "0 0:0 $root$1" || { trouble='closed until it is wiped' && return 1; }
    [ -d "$name" ] || mkdir -- "$name" 2>/dev/null || { trouble='could not be made' && return 1; }
    inside "$1" && chown "$own" . 2>/dev/null && chmod "$2" . 2>/dev/null || { trouble='no right' && return 1; }
}
apply_file() { # PATH MODE OWNER SHA256
    stage "$1" "$2" "$3" <"$bundle/files/$4"
}
apply_line() { # PATH MODE OWNER KEY TEXT
    case $evidence in *'a link'* | another*) trouble='not a plain file; not touched' && return 1 ;; esac
    outside_path "$1"
    inside "$dir" || { trouble='its folder is missing or a link' && return 1; }
    # A file that this run has already staged a line for goes on from there.
    old=$name
    has "$NL$staged" "$1" && old=".$name.mahoroba-new"
    kept=$(
        [ ! -f "$old" ] || while IFS= read -r row || [ -n "$row" ]; do
            case $row in "$4"*) ;; *) printf '%s\n' "$row" ;; esac
        done <"$old"
    )
    stage "$1" "$2" "$3" <<EOF
${kept:+$kept$NL}$5
EOF
}
apply_only() { # PATH: take away what the plan did not put there; folders are left to a person
    inside "$1" || { trouble='a link; not touched' && return 1; }
    for entry in * .[!.]*; do
        [ -e "$entry" ] || [ -L "$entry" ] || continue
        case $planned in *"$NL$1/$entry$NL"*) continue ;; esac
        case $entry in .*.mahoroba-new) case "$NL$staged" in *"$NL$1/"*) continue ;; esac ;; esac
        [ -d "$entry" ] && [ ! -L "$entry" ] && { trouble="a folder: $entry" && return 1; }
        rm -f -- "./$entry" 2>/dev/null || { trouble='no right' && return 1; }
    done
}
apply_accounts() { trouble='a person must look at it' && return 1; }

apply_all() {
    wanted=$failing number=0 staged=''
    while IFS=$TAB read -r kind step a b c d e; do
        case $kind in dir | only | file | line | accounts | probe) ;; *) continue ;; esac
        number=$((number + 1)) trouble='' evidence=''
        case $wanted in *" $number "*) ;; *) continue ;; esac
        [ "$kind" != probe ] || continue
        if "apply_$kind" "$a" "$b" "$c" "$d" "$e"; then
            changed="$changed $number "
        else
            problems="$problems$number:$trouble$NL"
        fi
    done <"$plan"
    [ -n "$staged" ] || return
    sync -f -- "$root/" 2>/dev/null || sync
    while read -r path; do
        [ -n "$path" ] || continue
        outside_path "$path"
        inside "$dir" && { [ ! -d "$name" ] || [ -L "$name" ]; } && [ -f ".$name.mahoroba-new" ] &&
            mv -fT -- ".$name.mahoroba-new" "$name" 2>/dev/null
    done <<EOF
$staged
EOF
    sync -f -- "$root/" 2>/dev/null || sync
}

remember() { # what was installed, and when: the next bundle may not be older, the clock not earlier
    inside $state || return
    rm -f -- .state.new
    (set -C && printf 'profile=%s\nversion=%s\nbundle=%s\nlast=%s\n' "$profile" "$version" "$id" "$latest" >./.state.new) \
        2>/dev/null && mv -fT -- .state.new state 2>/dev/null
}

planned=$NL
while IFS=$TAB read -r kind step path rest; do
    case $kind in file | dir | line) planned="$planned$path$NL" ;; esac
done <"$plan"
changed='' problems=$NL
if [ "$verb" = apply ]; then
    # One at a time: the kernel frees the lock when its holder dies.
    if inside /var/lib 2>/dev/null; then
        [ -d mahoroba-liaison ] || mkdir mahoroba-liaison 2>/dev/null
        if inside $state && [ ! -L lock ] && { [ ! -e lock ] || [ -f lock ]; } && command -v flock >/dev/null && (: >>lock) 2>/dev/null; then
            exec 9>>lock
            # What a broken connection has left behind is about to end: a moment's patience.
            tries=0
            until flock -n 9; do
                tries=$((tries + 1))
                [ $tries -lt 5 ] || broke 'another run is still at work'
                sleep 1
            done
        fi
    fi
    check_all quiet
    [ -z "$failing" ] || apply_all
fi
check_all report
[ "$verb" = check ] || remember
ready=false code=0
[ $n_unknown = 0 ] || code=2
[ $n_fail = 0 ] || code=1
[ $code != 0 ] || ready=true
count=0
for one in $changed; do count=$((count + 1)); done
printf '{"done":"%s","profile":"%s","version":%s,"bundle":"%s","time":%s,"ok":%s,"fail":%s,"unknown":%s,"changed":%s,"ready":%s}\n' \
    "$verb" "$profile" "$version" "$id" "$clock" "$n_ok" "$n_fail" "$n_unknown" "$count" "$ready"
exit $code
