package main

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// wantsJSON reports whether a path is the JSON's.
func wantsJSON(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, phonePath+"api/") }

// asked tells package oauth that a script asks: old webviews send no header that
// does, and a script can do nothing with a redirect to a sign-in.
func asked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.Clone(r.Context())
		r.Header.Set("Accept", "application/json")
		next.ServeHTTP(w, r)
	})
}

// answer is BlueKing's shape of every JSON answer: code is 0 or the HTTP status.
func answer(w http.ResponseWriter, status int, message string, data any) {
	ok := status == http.StatusOK && message == ""
	code := 0
	if status != http.StatusOK {
		code = status
	}
	reply(w, status, ok, code, message, data)
}

func reply(w http.ResponseWriter, status int, ok bool, code int, message string, data any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct {
		Result  bool   `json:"result"`
		Code    int    `json:"code"`
		Message string `json:"message"`
		Data    any    `json:"data"`
	}{ok, code, message, data})
}

// decode reads a JSON body, or answers why not. Members that it does not know
// are BlueKing's page's own affair.
func decode(w http.ResponseWriter, r *http.Request, into any) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		answer(w, http.StatusUnsupportedMediaType, "请以 application/json 提交", nil)
		return false
	}
	d := json.NewDecoder(r.Body)
	if err = d.Decode(into); err == nil {
		if _, end := d.Token(); end != io.EOF {
			err = errors.New("more than one value")
		}
	}
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		answer(w, http.StatusRequestEntityTooLarge, "内容太长", nil)
	case err != nil:
		answer(w, http.StatusBadRequest, "不是有效的 JSON", nil)
	}
	return err == nil
}
