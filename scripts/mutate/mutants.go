package main

// mutants are the checks that must not get lost. Each old text stands in its file
// exactly once, which a test watches.
var mutants = []mutant{
	// crypto
	{name: "a signature is not compared", edit: edit{"crypto/open.go", `subtle.ConstantTimeCompare(sig[:], []byte(msgSignature)) != 1`, `subtle.ConstantTimeCompare(sig[:], []byte(msgSignature)) > 1`}},
	{name: "a signature is compared up to its first wrong byte", edit: edit{"crypto/open.go", `if subtle.ConstantTimeCompare(sig[:], []byte(msgSignature)) != 1 {`, `_ = subtle.ConstantTimeCompare
	same := len(msgSignature) == len(sig)
	for i := 0; same && i < len(sig); i++ {
		same = sig[i] == msgSignature[i]
	}
	if !same {`},
		run: "TestTiming", env: []string{"TIMING=1"}},
	{name: "padding bytes are not checked", edit: edit{"crypto/open.go", `if int(b) != pad {`, `if int(b) != pad && false {`}},
	{name: "a padding of 33 bytes", edit: edit{"crypto/open.go", `pad > blockSize {`, `pad > 2*blockSize {`}},
	{name: "a length is not checked", edit: edit{"crypto/open.go", `if size > uint64(body-headLen) {`, `if size > uint64(len(plain)) {`}},
	{name: "the receiver is not checked", edit: edit{"crypto/open.go", `c.receiver != AnyReceiver && string(plain[end:body]) != c.receiver`, `c.receiver != AnyReceiver && c.receiver != "" && false`}},
	{name: "an empty receiver means any", edit: edit{"crypto/open.go", `if c.receiver != AnyReceiver &&`, `if c.receiver != AnyReceiver && c.receiver != "" &&`}},
	{name: "base64 with line breaks", edit: edit{"crypto/open.go", `base64.StdEncoding.EncodedLen(n) != len(encrypted) ||`, ``}},
	{name: "the message keeps its receiver behind it", edit: edit{"crypto/open.go", `plain[headLen:end:end]`, `plain[headLen:end]`}},

	// callback
	{name: "freshness is not checked", edit: edit{"callback/query.go", `if !ok || apart(now, t, skew) {`, `if !ok || apart(t, t, skew) {`}},
	{name: "a timestamp of any length", edit: edit{"callback/query.go", `if len(s) != 10 {`, `if len(s) > 12 {`}},
	{name: "timestamp and nonce may be exchanged", edit: edit{"callback/query.go", `return ok && !created.IsZero() && apart(created, t, skew)`, `return false && ok && apart(created, t, skew)`}},
	{name: "a parameter may come twice", edit: edit{"callback/query.go", `if *field != "" || value == "" {`, `if value == "" {`}},
	{name: "a captured message is echoed", edit: edit{"callback/serve.go", `if len(plain) < 1 || len(plain) > 64 {
		return false
	}`, `if true {
		return true
	}`}},
	{name: "a URL check needs no freshness", edit: edit{"callback/serve.go", `	if err := q.fresh(now, h.cfg.Skew); err != nil {
		return err
	}`, ``}},
	{name: "a reply is taken for a message", edit: edit{"callback/serve.go", `if by.reflected(&head) {`, `if by.reflected(&head) && false {`}},
	{name: "other apps' messages are accepted", edit: edit{"callback/serve.go", `return err == nil && slices.Contains(h.cfg.AgentIDs, id)`, `return err == nil || slices.Contains(h.cfg.AgentIDs, id)`}},
	{name: "who calls is not asked", edit: edit{"callback/serve.go", `if h.cfg.Peer == nil {`, `if h.cfg.Peer != nil {`}},
	{name: "a body has no limit", edit: edit{"callback/buffer.go", `if n > maxBody {`, `if n > 2*maxBody {`}},
	{name: "a message stays in the shared memory", edit: edit{"callback/buffer.go", `	clear(space[:cap(space)])
`, `	_ = space
`}},
	{name: "an unknown message is overwritten by the next", edit: edit{"callback/decode.go", `u.Raw = bytes.Clone(plain)`, `u.Raw = bytes.TrimSpace(plain)`}},
	{name: "two encrypted texts in an envelope", edit: edit{"callback/envelope.go", `		if found {
			return`, `		if found && false {
			return`}},
	{name: "a handled message is not marked done", edit: edit{"callback/handle.go", `err = h.cfg.Duplicates.Done(run.ctx, run.key, reply, 2*h.cfg.Skew+5*time.Minute)`, `_ = reply`}},
	{name: "a failed message keeps its claim", edit: edit{"callback/handle.go", `		err = h.cfg.Duplicates.Fail(run.ctx, run.key)
		h.forget(run)`, `		h.forget(run)`}},
	{name: "a failed message is marked done", edit: edit{"callback/handle.go", `	if failed != nil {
		// The answer`, `	if failed != nil && false {
		// The answer`}},
	{name: "messages of one second are one", edit: edit{"callback/duplicates.go", `[]string{h.ToUser, h.AgentID, h.FromUser, h.MsgID}`, `[]string{h.ToUser, h.AgentID, h.FromUser}`}},
	{name: "old keys stay valid for ever", edit: edit{"callback/keys.go", `if !o.until.IsZero() && now.After(o.until) {`, `if false {`}},
	{name: "a handler's panic shows the message", edit: edit{"callback/errors.go", `func (e *PanicError) Format(s fmt.State, _ rune) { io.WriteString(s, e.Error()) }`, `func (e *PanicError) Format(s fmt.State, _ rune) { fmt.Fprint(s, e.Value); io.WriteString(s, "") }`}, tests: []string{"."}, run: "TestCanary"},

	// oauth
	{name: "a state may be anybody's", edit: edit{"oauth/state.go", `return state(data[:stateBody]), k.tagged(data[:stateBody], data[stateBody:])`, `return state(data[:stateBody]), k.tagged(data[:stateBody], data[stateBody:]) || true`}},
	{name: "a state needs no browser", edit: edit{"oauth/callback.go", `p, found := c.findPending(r, s)`, `p, found := c.findPending(r, s)
	if !found {
		p, found = pending{state: s, cookie: &http.Cookie{Name: c.pendingName(s)}, way: way}, true
	}`}},
	{name: "a state lasts for ever", edit: edit{"oauth/callback.go", `case s.expired(now):`, `case false:`}},
	{name: "a state may be used twice", edit: edit{"oauth/used.go", `if f, ok := u.found[s]; ok {`, `if f, ok := u.found[s]; ok && false {`}},
	{name: "a way back to anywhere", edit: edit{"oauth/returnpath.go", `if len(target) > maxWay || !isPath(target) {`, `if len(target) > maxWay {`}},
	{name: "a way back to another app", edit: edit{"oauth/returnpath.go", `err != nil || !c.inside(pathOf(target)) ||`, `err != nil ||`}},
	{name: "a way back to the callback", edit: edit{"oauth/returnpath.go", ` || samePage(p, c.callbackPath) {`, ` || false && samePage(p, c.callbackPath) {`}},
	{name: "a way back with a dot segment", edit: edit{"oauth/returnpath.go", `case ".", "..":`, `case ".":`}},
	{name: "two slashes at the beginning", edit: edit{"oauth/returnpath.go", `len(s) > 1 && s[1] == '/'`, `len(s) > 1 && s[1] == '\\'`}},
	{name: "no CSRF token", edit: edit{"oauth/csrf_check.go", `	if !c.valid(given, session) {
		return ErrCSRFToken
	}
	return nil`, `	c.valid(given, session)
	return nil`}},
	{name: "a CSRF token of another session", edit: edit{"oauth/csrf.go", `h.Write([]byte(session))`, `h.Write([]byte(session[:0]))`}},
	{name: "a CSRF header without its cookie", edit: edit{"oauth/csrf_check.go", `		return ErrCSRFCookie
	}`, `		return nil
	}`}},
	{name: "forms of other sites", edit: edit{"oauth/csrf_check.go", `if !cfg.ownOrigin(r) {`, `if !cfg.ownOrigin(r) && false {`}},
	{name: "sessions of two people", edit: edit{"oauth/session.go", `case !best.same(id):`, `case false:`}},
	{name: "a session lasts for ever", edit: edit{"oauth/session.go", `age < c.maxAge && age`, `age`}},
	{name: "a revoked session", edit: edit{"oauth/session.go", `	if gone {
		return Identity{}, errNoSession
	}`, `	_ = gone`}},
	{name: "a cookie of another app", edit: edit{"oauth/keyring.go", `h.Write(k.own) // of fixed length`, ``}},
	{name: "the sign-in cookie for all sites", edit: edit{"oauth/cookies.go", `http.SameSiteLaxMode`, `http.SameSiteNoneMode`}},
	{name: "a code that net/http repeats", edit: edit{"oauth/sns.go", `Body: once{},`, ``}},
	{name: "a redirect of the account's API", edit: edit{"oauth/sns.go", `return http.ErrUseLastResponse }`, `return nil }`},
		also: []edit{{"oauth/sns.go", `resp.Header.Del("Location")`, ``}}},

	// proxyhdr
	{name: "every peer is believed", edit: edit{"proxyhdr/proxy.go", `if !ok || !p.trusts(peer) {`, `if !ok {`}},
	{name: "every host is believed", edit: edit{"proxyhdr/host.go", `	external := p.externalHost(named, scheme)
	switch {`, `	external := named
	switch {`}},
	{name: "the left-most client is believed", edit: edit{"proxyhdr/address.go", `		if !p.trusts(client) {
			break
		}`, ``}},
	{name: "an address that leads elsewhere", edit: edit{"proxyhdr/path.go", `case strings.HasPrefix(s, "//"):`, `case false:`}},
	{name: "everybody may be trusted", edit: edit{"proxyhdr/config.go", `if p.Bits() == 0 {`, `if p.Bits() < 0 {`}},

	// wecom
	{name: "redirects are followed", edit: edit{"transport.go", `return http.ErrUseLastResponse }`, `return nil }`},
		also: []edit{{"transport.go", `resp.Header.Del("Location")`, ``}}, run: "Redirect|Canary"},
	{name: "a refused token is renewed without end", edit: edit{"client.go", `case tokenRefused(err) && renewed:`, `case tokenRefused(err) && renewed && false:`}},
	{name: "a fresh token is dropped for an old one", edit: edit{"keeper.go", `if current == nil || current.value != t.value {`, `if current == nil {`}},
	{name: "gettoken has no backoff", edit: edit{"backoff.go", `return min(firstDelay<<max(n-1, 0), lastDelay)`, `return 0`}},
	{name: "a backoff outlasts the token", edit: edit{"renew.go", `f.until = min(f.until, t.expires)`, `f.until = max(f.until, now)`}, run: "Outage"},
	{name: "a token in its last second", edit: edit{"renew.go", `if err == nil && life <= time.Second &&`, `if err == nil && life < 0 &&`}, run: "LastSeconds"},
	{name: "the same token lives longer", edit: edit{"token.go", `t.expires = min(t.expires, old.expires)`, ``}, run: "SameToken|Day"},
	{name: "what was sent is sent again", edit: edit{"client.go", `case isNotSent(err) && !resent`, `case !resent`}},
	{name: "secrets stand in errors", edit: edit{"redact.go", `text = hide(text, form)`, `_ = form`}, run: "Secret|Canary"},
	{name: "a request on a connection counts as not sent", edit: edit{"internal/unsent/unsent.go", `return w.asked.Load() && !w.got.Load()`, `return w.asked.Load()`}, tests: []string{"./internal/unsent", "."}, run: "Certain|Toxic"},
	{name: "answers have no limit", edit: edit{"answer.go", `if n > maxAnswer {`, `if n > 2*maxAnswer {`}},
	{name: "a call has no time of its own", edit: edit{"client.go", `if c.core.http.Timeout == 0 {`, `if c.core.http.Timeout < 0 {`}, run: "Toxic"},

	// what leaves share
	{name: "an attempt that arrived is forgotten", edit: edit{"internal/retry/retry.go", `			arrived = true`, `			arrived = false`}},
	{name: "definite answers are asked for again", edit: edit{"internal/retry/retry.go", `|| definite(err) {`, `{`}},

	// message and menu
	{name: "a send is repeated without duplicate check", edit: edit{"message/repeat.go", `time.Since(arrived)+pause < window()`, `time.Since(arrived)+pause < window()+time.Hour`}},
	{name: "a response_code stands in errors", edit: edit{"message/update.go", `hideCode(err, u.ResponseCode)`, `err`}},
	{name: "a menu of any size", edit: edit{"menu/check.go", `len(buttons) > limit {`, `len(buttons) > 2*limit {`}},

	// the decision of the examples: the winner's condition stands in the look before
	// and in the UPDATE
	{name: "an alarm is decided twice", edit: edit{"examples/selfhealing/approval/settle.go", `WHERE id = ? AND status = 'waiting' AND (deadline_at`, `WHERE id = ? AND (deadline_at`},
		also: []edit{{"examples/selfhealing/approval/decide.go", `if a.Status != Waiting {`, `if a.Status != Waiting && false {`}}},
	{name: "an alarm is decided by anybody", edit: edit{"examples/selfhealing/approval/decide.go", `	if by == "" {
		return Outcome{Kind: OutcomeNotAllowed}, nil
	}`, `	if by == "" {
		by = dec.By
	}`}},
	{name: "an alarm is decided after its end", edit: edit{"examples/selfhealing/approval/settle.go", `AND (deadline_at <= ?) = ?`, `AND (deadline_at <= ?) IN (0, 1, ?)`},
		also: []edit{{"examples/selfhealing/approval/decide.go", `if database.Millis(now) >= database.Millis(a.Deadline) {`, `if database.Millis(now) < 0 {`}}},
	{name: "a ticket is decided twice", edit: edit{"examples/itsm/ticket/decide.go", `WHERE id = ? AND status = 'waiting'
`, `WHERE id = ?
`}, also: []edit{{"examples/itsm/ticket/decide.go", `case t.Status != Waiting:`, `case false:`},
		{"examples/itsm/ticket/decide.go", `AND folded = ? AND open = 1)`, `AND folded = ?)`}}},
	{name: "a ticket is decided by anybody", edit: edit{"examples/itsm/ticket/decide.go", `case !d.decides(t, dec.Actor):`, `case false:`},
		also: []edit{{"examples/itsm/ticket/decide.go", `WHERE ticket = ? AND folded = ? AND open = 1)`, `WHERE ticket = ? AND folded >= ?)`}}},
}
