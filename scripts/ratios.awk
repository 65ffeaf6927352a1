# Prints, for each pair of benchmark rows .../floor and .../wecom, how many
# times the floor our time is.
/^Benchmark/ {
	name = $1; sub(/-[0-9]+$/, "", name)
	time = 0; allocs = "-"
	for (i = 2; i < NF; i++) {
		if ($(i + 1) == "ns/op") time = $i
		if ($(i + 1) == "allocs/op") allocs = $i
	}
	if (sub(/\/floor$/, "", name)) { floor[name] = time; next }
	if (sub(/\/wecom$/, "", name)) { ours[name] = time; count[name] = allocs; order[++n] = name }
}
END {
	if (n) printf "\n%-44s %12s %12s %8s %8s\n", "work", "floor ns", "wecom ns", "ratio", "allocs"
	for (i = 1; i <= n; i++) {
		name = order[i]
		ratio = floor[name] ? sprintf("%.2f", ours[name] / floor[name]) : "-"
		printf "%-44s %12s %12s %8s %8s\n", substr(name, 10), floor[name] ? floor[name] : "-", ours[name], ratio, count[name]
	}
}
