#!/usr/bin/env bash
# Compares the exported API with that of the last release tag. What breaks callers
# must be named in CHANGELOG.md, under "Unreleased", in a line that begins with
# "- Incompatible:".
set -euo pipefail
cd "$(dirname "$0")/.."
GO=${GO:-go}
APIDIFF=${APIDIFF:?set it to the tool as path@version, as the Makefile does}

if ! last=$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null); then
	echo "apidiff: no release tag in this clone (git fetch --tags gets them); nothing to compare with"
	exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
module=$($GO list -m)
GOBIN=$work $GO install "$APIDIFF"
mkdir "$work/old"
git archive "$last" | tar -x -C "$work/old"
(cd "$work/old" && "$work/apidiff" -m -w "$work/old.export" "$module")
"$work/apidiff" -m -w "$work/new.export" "$module"

echo "== API since $last"
"$work/apidiff" -m "$work/old.export" "$work/new.export"
broken=$("$work/apidiff" -m -incompatible "$work/old.export" "$work/new.export")
# Not grep -q: it ends at the first match, and sed would fail with a broken pipe.
if [ -n "$broken" ] && ! sed -n '/^## Unreleased/,/^## v/p' CHANGELOG.md | grep '^- Incompatible:' >/dev/null; then
	echo "apidiff: incompatible with $last: keep the old names, or add a line \"- Incompatible: …\" to CHANGELOG.md under Unreleased"
	exit 1
fi
