#!/bin/sh
# How long 10,000 unpins take: `lazypin rm --filter`, all of it, journal and reading the list included, against curl
# with eight connections doing the same DELETEs of ids that it is given. A fresh embedded service for each, in turn.
#
#   cargo build --release && benches/unpin-vs-curl.sh [PINS] [ROUNDS]
set -eu
pins=${1:-10000} rounds=${2:-3}
lazypin=$(cd "$(dirname "$0")/.." && pwd)/target/release/lazypin
lazypin=${LAZYPIN:-$lazypin}
dir=$(mktemp -d)
export HOME="$dir" PINNING_API_KEY=key PINNING_SECRET_KEY=secret
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME || true
service=
trap 'test -z "$service" || kill "$service"; rm -rf "$dir"' EXIT

start() {
    rm -f "$dir/said"
    "$lazypin" serve --listen 127.0.0.1:0 --demo "$pins" >"$dir/said" 2>"$dir/notes" &
    service=$!
    until grep -qs listening "$dir/said"; do sleep 0.1; done
    api=$(sed -n 's/^listening on //p' "$dir/said")
    export LAZYPIN_API_URL="$api"
}

stop() {
    left=$("$lazypin" ls --filter 'status:pinned' --all --format id | wc -l)
    test "$left" -eq 0 || echo "$left were left"
    kill "$service"
    wait "$service" || true
    service=
}

now() { date +%s%N; }

tell() {
    awk -v what="$1" -v n="$2" -v ns=$(($4 - $3)) \
        'BEGIN { printf "%-8s %6d unpins in %6.2f s, %6.0f a second\n", what, n, ns / 1e9, n * 1e9 / ns }'
}

for round in $(seq "$rounds"); do
    start
    "$lazypin" ls --filter 'status:pinned' --all --format id >"$dir/ids"
    n=$(wc -l <"$dir/ids")
    sed "s|.*|url = \"$api/pinning/unpin/&\"\noutput = \"/dev/null\"|" "$dir/ids" >"$dir/urls"
    from=$(now)
    curl --silent --show-error --no-progress-meter --parallel --parallel-max 8 --request DELETE \
        --header "pinning_api_key: key" --header "pinning_secret_key: secret" --config "$dir/urls"
    tell curl "$n" "$from" "$(now)"
    stop

    start
    from=$(now)
    "$lazypin" rm --filter 'status:pinned' --yes >"$dir/told"
    tell lazypin "$(sed -n 's/^unpinned \([0-9]*\) .*/\1/p' "$dir/told")" "$from" "$(now)"
    stop
done
