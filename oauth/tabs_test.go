package oauth_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/oauth"
)

// TestTabs: eight tabs begin before the first one ends, and each gets its own page.
func TestTabs(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	b := newBrowser(t, a)
	var began, ended sync.WaitGroup
	began.Add(8)
	for i := range 8 {
		ended.Go(func() {
			page := fmt.Sprintf("%sticket/%d/", home, i)
			_, _, out := b.open(page)
			began.Done()
			began.Wait()
			if text, _, _ := b.open(a.vendor.agree(t, out, zhangsan)); text != "true zhangsan at "+page {
				t.Errorf("tab %d shows %q", i, text)
			}
		})
	}
	ended.Wait()
	if n := a.vendor.exchanges(); n != 8 {
		t.Errorf("%d exchanges", n)
	}
}

// TestPendingIsBounded: the ninth tab takes the place of the first, and long ways back take more room.
func TestPendingIsBounded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		tabs, way, alive int
	}{{9, 40, 8}, {20, 40, 8}, {5, 1500, 1}, {9, 500, 5}} {
		synctest.Test(t, func(t *testing.T) {
			a := newApp(t, nil)
			b := newBrowser(t, a)
			var outs []string
			for i := range tt.tabs {
				time.Sleep(time.Second)
				page := fmt.Sprintf("%s%d/", home, i)
				_, _, out := b.open(page + strings.Repeat("x", tt.way-len(page)))
				outs = append(outs, out)
				size := 0
				for _, ck := range b.jar.Cookies(must(url.Parse(site + home))) {
					size += len(ck.Name) + len(ck.Value)
				}
				if size > 4096 {
					t.Fatalf("%d bytes of cookies", size)
				}
			}
			for i, out := range outs {
				text, _, _ := b.open(a.vendor.agree(t, out, zhangsan))
				if want := i >= tt.tabs-tt.alive; strings.HasPrefix(text, "true") != want {
					t.Errorf("tab %d of %d: %.60q", i, tt.tabs, text)
				}
				b.do(http.MethodPost, home+"logout/", "")
			}
		})
	}
}

// TestExpiredPendingsAreDropped: the browser need not forget in time.
func TestExpiredPendingsAreDropped(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	name, value := a.guard.MakePending(a.guard.MakeState(time.Now().Add(-11*time.Minute)), home)
	alive, kept := a.guard.MakePending(a.guard.MakeState(time.Now().Add(-9*time.Minute)), home)
	resp := newBrowser(t, a).get(ticket, "Cookie", name+"="+value+"; "+alive+"="+kept)
	if got := resp.Cookies(); len(got) != 2 || got[0].Name != name || got[0].MaxAge != -1 || got[1].MaxAge != 600 {
		t.Errorf("cookies %v", got)
	}
}

// TestOldPendingWay: the way back is checked again when it is used, since the app may have moved.
func TestOldPendingWay(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	state := a.guard.MakeState(time.Now())
	name, value := a.guard.MakePending(state, "//evil.example")
	a.vendor.grants["C"] = oauth.Grant{Identity: zhangsan}
	resp := newBrowser(t, a).get(callback+"?code=C&state="+state, "Cookie", name+"="+value)
	if got := resp.Header.Get("Location"); got != home {
		t.Errorf("sent to %q", got)
	}
}

// TestPlantedPendings: cookies that somebody else planted are dropped, and cost little.
func TestPlantedPendings(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	b := newBrowser(t, a)
	var planted []string
	for i := range 200 {
		planted = append(planted, fmt.Sprintf("%s_%016d=x", a.guard.CookieName(), i))
	}
	resp := b.get(ticket, "Cookie", strings.Join(planted, "; "))
	dropped := 0
	for _, ck := range resp.Cookies() {
		if ck.MaxAge < 0 {
			dropped++
		}
	}
	if resp.StatusCode != http.StatusFound || dropped != 64 {
		t.Errorf("%d, %d dropped", resp.StatusCode, dropped)
	}
	// Beside the real cookie they change nothing.
	real := b.jar.Cookies(must(url.Parse(site + home)))
	target := a.vendor.agree(t, resp.Header.Get("Location"), zhangsan)
	name := real[len(real)-1].Name
	if resp := b.get(target, "Cookie", name+"=x; "+name+"="+real[len(real)-1].Value); resp.Header.Get("Location") != ticket {
		t.Errorf("beside a planted cookie sent to %q", resp.Header.Get("Location"))
	}
	state := a.guard.MakeState(time.Now())
	name, value := a.guard.MakePending(state, home)
	many := strings.Repeat(name+"=x; ", 32) + name + "=" + value
	a.vendor.grants["X"] = oauth.Grant{Identity: zhangsan}
	if resp := newBrowser(t, a).get(callback+"?code=X&state="+state, "Cookie", many); !strings.Contains(resp.Header.Get("Location"), "error=") {
		t.Errorf("the 33rd was looked at")
	}
}

// TestOtherCookies: a name that begins like the guard's is not the guard's to take away.
func TestOtherCookies(t *testing.T) {
	t.Parallel()
	a := newApp(t, func(c *oauth.Config) { c.CookieName = "itsm" })
	resp := newBrowser(t, a).get(ticket, "Cookie", "itsm_csrf=abc; itsm_=x; itsm_a-rather-long-name=y; itsm2_aaaaaaaaaaaaaaaa=z")
	if got := resp.Cookies(); len(got) != 1 || got[0].MaxAge != 600 {
		t.Errorf("cookies %v", got)
	}
}
