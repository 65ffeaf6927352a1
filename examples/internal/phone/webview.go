package phone

import "net/http"

// Webview lets every browser pass for WeCom's own towards an app, whose sign-in
// would else ask to open the page there. It goes in front of the app, beside
// wecomtest's Rules.AnyBrowser.
func Webview(app http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.Clone(r.Context())
		r.Header.Set("User-Agent", r.UserAgent()+" wxwork/4.1 MicroMessenger/7.0.1")
		app.ServeHTTP(w, r)
	})
}
