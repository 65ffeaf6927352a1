package oauth

import (
	"encoding/binary"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// The callback shows no page under an address that has a code: it redirects to its own clean address
// with a sealed note of what happened. Sealed, so that nobody else writes what the page says.

// noteFailure sends the browser there.
func (c *core) noteFailure(w http.ResponseWriter, r *http.Request, f Failure) {
	if f.Err != nil {
		c.onError(r, f.Err)
	}
	note := binary.BigEndian.AppendUint64(nil, uint64(time.Now().UnixMilli())) // #nosec G115 -- after 1970
	note = append(note, byte(slices.Index(reasons, f.Reason)))
	note = append(note, f.Retry...)
	c.redirect(w, c.callbackPath+"?error="+url.QueryEscape(c.keys.seal(notes, note, "")))
}

// readNote is ok for ten minutes: a bookmark shall sign in, not show an old failure.
func (c *core) readNote(sealed string) (f Failure, ok bool) {
	note, ok := c.keys.open(notes, sealed, "")
	if !ok || len(note) < 9 || int(note[8]) >= len(reasons) {
		return f, false
	}
	at := time.UnixMilli(int64(binary.BigEndian.Uint64(note))) // #nosec G115 -- sealed by us
	return Failure{Reason: reasons[note[8]], Retry: string(note[9:])}, time.Since(at) <= signInTime
}

// redirect goes on with a GET. path is one that was checked: http.Redirect would change it.
func (c *core) redirect(w http.ResponseWriter, path string) {
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
}
