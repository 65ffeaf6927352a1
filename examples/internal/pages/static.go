package pages

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"time"
)

//go:embed static
var builtin embed.FS

// asset is a static file, read once.
type asset struct {
	data        []byte
	hash        string
	contentType string
}

// The kinds of files that are served; the system's own table differs between
// machines.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".ico": "image/x-icon",
	".jpg": "image/jpeg",
	".js":  "text/javascript; charset=utf-8",
	".png": "image/png",
	".svg": "image/svg+xml",
}

// loadAssets reads the package's files and the app's, which may replace them.
func loadAssets(own fs.FS) (map[string]asset, error) {
	files, err := fs.Sub(builtin, "static")
	if err != nil {
		return nil, err
	}
	assets := map[string]asset{}
	for _, from := range []fs.FS{files, own} {
		if from == nil {
			continue
		}
		entries, err := fs.ReadDir(from, ".")
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			name := entry.Name()
			contentType := contentTypes[path.Ext(name)]
			if entry.IsDir() || contentType == "" {
				return nil, fmt.Errorf("%s is no static file: css, ico, jpg, js, png and svg in one folder are", name)
			}
			data, err := fs.ReadFile(from, name)
			if err != nil {
				return nil, err
			}
			sum := sha256.Sum256(data)
			assets[name] = asset{data: data, hash: hex.EncodeToString(sum[:8]), contentType: contentType}
		}
	}
	return assets, nil
}

// Files serves the static files. It is registered with the file's name as the
// last element, so that there is no folder to list:
//
//	mux.Handle("GET /static/wechat/{file}", p.Files())
func (p *Pages) Files() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("file")
		a, ok := p.assets[name]
		if !ok {
			p.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.contentType)
		h.Set("Content-Security-Policy", "default-src 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("ETag", `"`+a.hash+`"`)
		h.Set("Cache-Control", "no-cache") // kept, but asked for again
		if r.URL.Query().Get("v") == a.hash {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(a.data))
	})
}
