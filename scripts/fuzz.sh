#!/usr/bin/env bash
# Runs every fuzz target of the module in the current folder for FUZZTIME, one
# after the other, those that FUZZ names (a pattern) if it is set.
#
# A run can end with nothing but "context deadline exceeded" when its time is
# over: a race in Go's own coordinator (golang.org/issue/75804), likelier on a
# busy machine. It has found nothing then, and is not held against the target.
set -euo pipefail
GO=${GO:-go} FUZZTIME=${FUZZTIME:-10m} FUZZ=${FUZZ:-.}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
# Assigned first: in "for" the failure of a command, as of a package that does not
# compile, would end nothing, and all would seem well.
packages=$($GO list ./...)
for pkg in $packages; do
	listed=$($GO test -list '^Fuzz' "$pkg")
	for target in $(grep '^Fuzz' <<<"$listed" | grep -E -e "$FUZZ" || true); do
		echo "== $pkg $target"
		if ! $GO test -run '^$' -fuzz "^$target\$" -fuzztime "$FUZZTIME" -fuzzminimizetime 50x "$pkg" 2>&1 | tee "$log"; then
			said=$(sed -n '/^--- FAIL/,$p' "$log" | grep -vE '^(--- FAIL|FAIL|exit status 1)' || true)
			if [ "$(tr -s '[:space:]' ' ' <<<"$said")" = " context deadline exceeded " ]; then
				echo "-- its time was over; nothing was found"
			else
				failed=1
			fi
		fi
	done
done
exit $failed
