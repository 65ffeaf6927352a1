package prefix_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/prefix"
)

func TestStrip(t *testing.T) {
	t.Parallel()
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s|%s|%s", r.URL.Path, r.URL.RawPath, r.URL.RawQuery)
	})
	for _, tt := range []struct{ prefix, target, want string }{
		{"/o/itsm", "/o/itsm/wechat/entry/?a=1", "/wechat/entry/||a=1"},
		{"/o/itsm/", "/o/itsm/wechat/entry", "/wechat/entry||"},
		{"/o/itsm", "/wechat/entry/", "/wechat/entry/||"},
		{"/o/itsm", "/o/itsm", "/||"},
		{"/o/itsm", "/o/itsm/", "/||"},
		{"/o/itsm", "/o/itsmore/x", "/o/itsmore/x||"},
		{"/o/itsm", "/o/itsm/o/itsm/x", "/o/itsm/x||"},
		{"/o/itsm", "/o/itsm/a%2Fb", "/a/b|/a%2Fb|"},
		{"/o/itsm", "/o%2Fitsm/x", "/o/itsm/x|/o%2Fitsm/x|"},
		{"", "/x", "/x||"},
	} {
		r := httptest.NewRequest(http.MethodGet, tt.target, nil)
		before := *r.URL
		w := httptest.NewRecorder()
		prefix.Strip(tt.prefix, echo).ServeHTTP(w, r)
		if got := w.Body.String(); got != tt.want {
			t.Errorf("%s below %q: %s, want %s", tt.target, tt.prefix, got, tt.want)
		}
		if *r.URL != before {
			t.Errorf("%s: the caller's request was changed", tt.target)
		}
	}
}
