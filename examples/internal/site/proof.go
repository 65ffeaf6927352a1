package site

import (
	"net/http"
	"os"
	"path"
	"regexp"
)

// domainProof is the file by which WeCom and WeChat see whose a domain is.
var domainProof = regexp.MustCompile(`^/(?:WW|MP)_verify_[0-9A-Za-z]{1,64}\.txt$`)

// proofs serves such files out of a folder, "" being none. Only paths that match
// domainProof may come here.
func proofs(dir string) http.Handler {
	if dir == "" {
		return http.NotFoundHandler()
	}
	files := os.DirFS(dir)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		http.ServeFileFS(w, r, files, path.Base(r.URL.Path))
	})
}
