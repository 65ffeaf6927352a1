# Prints, for each pair of benchmark rows .../floor and .../wecom, how many
# times the floor our time is. Of several runs of a row (-count) it takes the
# median. What a row reports besides (fetches/op, p99-ms) stands at the end.
/^Benchmark/ {
	name = $1; sub(/-[0-9]+$/, "", name)
	for (i = 3; i < NF; i += 2) {
		if ($(i + 1) == "ns/op") time[name, ++runs[name]] = $i
		else if ($(i + 1) == "allocs/op") allocs[name] = $i
		else if ($(i + 1) != "B/op" && $(i + 1) != "MB/s") more[name] = $i " " $(i + 1)
	}
	if (name !~ /\/floor$/ && runs[name] == 1) order[++n] = name
}
function median(name,    i, j, t, m) {
	m = runs[name]
	for (i = 2; i <= m; i++) # few runs: insertion will do
		for (j = i; j > 1 && time[name, j - 1] > time[name, j]; j--) {
			t = time[name, j]; time[name, j] = time[name, j - 1]; time[name, j - 1] = t
		}
	return (time[name, int((m + 1) / 2)] + time[name, int(m / 2) + 1]) / 2
}
END {
	if (n) printf "\n%-30s %12s %12s %8s %8s\n", "work", "floor ns", "wecom ns", "ratio", "allocs"
	for (i = 1; i <= n; i++) {
		ours = name = order[i]; sub(/\/wecom$/, "", name); floor = name "/floor"
		f = runs[floor] ? median(floor) : 0; w = median(ours)
		printf "%-30s %12s %12.4g %8s %8s  %s\n", substr(name, 10), f ? sprintf("%.4g", f) : "-", w, \
			f ? sprintf("%.2f", w / f) : "-", ours in allocs ? allocs[ours] : "-", more[ours]
	}
}
