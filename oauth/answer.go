package oauth

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"
)

// wantsJSON tells requests of scripts from those of pages. Android's webviews send X-Requested-With,
// too, with the name of their app.
func wantsJSON(r *http.Request) bool {
	h := r.Header
	if strings.EqualFold(h.Get("X-Requested-With"), "XMLHttpRequest") {
		return true
	}
	if mediaType, _, _ := mime.ParseMediaType(h.Get("Content-Type")); mediaType == "application/json" {
		return true
	}
	accept := strings.ToLower(h.Get("Accept"))
	if strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html") {
		return true
	}
	switch h.Get("Sec-Fetch-Dest") { // what is no page cannot sign in
	case "", "document", "iframe", "frame":
		return false
	}
	return true
}

// answer is as BlueKing's apps answer.
type answer struct {
	Result  bool   `json:"result"`
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data"`
}

func writeJSON(w http.ResponseWriter, status int, message string, data any) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer{Code: status, Message: message, Data: data}) // the peer may have gone
}
