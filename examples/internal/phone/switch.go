package phone

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/bkwecom/wecom/wecomtest"
)

// switchPath is below Base, so that the browser sends the app's cookies there.
const switchPath = "_phone/"

// Switch opens links signed in as a member, also in a browser where another one
// is signed in to the app: it takes the app's cookies away before WeCom signs in
// anew. Pages of the app that are open in that browser become the member's, too.
//
//	s := phone.Switch{WeCom: wecom, Base: "http://localhost:5000/o/app/weixin/"}
//	front := phone.Local(s.Handler(app))      // what Base leads to
//	cfg := phone.Config{Open: s.Open, /* … */}
type Switch struct {
	WeCom *wecomtest.Server
	// Base is the address of the app's phone pages as browsers see it, with a slash
	// at its end; all cookies of the app's sign-in are for a path there or above.
	// "" opens links without taking cookies away.
	Base string
}

// Open is the address that opens a link as that member, for [Config].
func (s Switch) Open(userid, link string) string {
	address := s.WeCom.URL + "/wecomtest/as/"
	if s.Base != "" && strings.HasPrefix(link, s.Base) {
		address = s.Base + switchPath
	}
	return address + url.PathEscape(userid) + "?to=" + url.QueryEscape(link)
}

// Handler goes in front of the app. It answers one path below Base, and hands
// everything else on; put it behind [Local].
func (s Switch) Handler(app http.Handler) http.Handler {
	base, err := url.Parse(s.Base)
	if err != nil {
		return app
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		userid, ok := strings.CutPrefix(r.URL.Path, base.Path+switchPath)
		if !ok || r.Method != http.MethodGet {
			app.ServeHTTP(w, r)
			return
		}
		to := r.FormValue("to")
		// Nobody but a person who follows a link, in no frame and for no picture.
		if dest := r.Header.Get("Sec-Fetch-Dest"); !strings.HasPrefix(to, s.Base) || dest != "" && dest != "document" {
			http.Error(w, "只能从成员的手机页面打开", http.StatusBadRequest)
			return
		}
		forget(w, r, base.Path == "/")
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, Switch{WeCom: s.WeCom}.Open(userid, to), http.StatusFound)
	})
}

// forget ends every cookie that the browser has sent, by all names of paths that
// make it send one. Those for the whole host stay unless the app has the host for
// itself: other programs on it share them.
func forget(w http.ResponseWriter, r *http.Request, wholeHost bool) {
	paths := above(r.URL.Path)
	if wholeHost {
		paths = append(paths, "/")
	}
	for _, c := range r.Cookies() {
		for _, path := range paths {
			http.SetCookie(w, &http.Cookie{Name: c.Name, Path: path, MaxAge: -1, HttpOnly: true})
		}
	}
}

// above lists the paths whose cookies are sent to a path, with and without their
// last slash: /a/b/, /a/b, /a/ and /a for /a/b/c.
func above(path string) (all []string) {
	for {
		path = path[:strings.LastIndexByte(strings.TrimSuffix(path, "/"), '/')+1]
		if path == "/" || path == "" {
			break
		}
		all = append(all, path, strings.TrimSuffix(path, "/"))
	}
	return all
}
