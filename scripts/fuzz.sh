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
for pkg in $($GO list ./...); do
	for target in $($GO test -list '^Fuzz' "$pkg" | grep '^Fuzz' | grep -E "$FUZZ" || true); do
		echo "== $pkg $target"
		if ! $GO test -run '^$' -fuzz "^$target\$" -fuzztime "$FUZZTIME" -fuzzminimizetime 50x "$pkg" 2>&1 | tee "$log"; then
			said=$(sed -n '/^--- FAIL/,$p' "$log" | grep -vE '^(--- FAIL|FAIL|exit status 1)' | xargs)
			if [ "$said" = "context deadline exceeded" ]; then
				echo "-- its time was over; nothing was found"
			else
				failed=1
			fi
		fi
	done
done
exit $failed
