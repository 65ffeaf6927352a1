package message

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bkwecom/wecom/internal/retry"
)

// Robot is the robot of one group (群机器人), which posts to that group by its webhook. It needs no
// app and no [Caller]: its address holds its own key, and who has the key can post. A Robot shows
// the key nowhere: not in errors, not by fmt, slog or encoding/json.
//
// It is safe for concurrent use. A copy is the same Robot.
type Robot struct{ core *robot }

// RobotOptions may be left empty.
type RobotOptions struct {
	// HTTPClient is copied; its Transport, Jar and Timeout are used. No redirect is followed: it
	// would carry the key to another host. nil is a client with timeouts that honours HTTPS_PROXY.
	HTTPClient *http.Client
	// Refuse makes Send answer with a [*RobotBusyError] when the minute's 20 messages are used up;
	// else it waits, within its ctx.
	Refuse bool
}

// robot is behind a pointer, and the key behind a func: fmt calls no method on unexported fields.
type robot struct {
	base   url.URL // up to /cgi-bin/webhook/
	key    func() string
	http   http.Client
	direct bool // http's transport is net/http's own
	slots  *robotSlots
	refuse bool
}

// NewRobot takes the whole address that WeCom shows for the robot, as in
// https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=….
//
// Errors: [*FieldError], which does not quote the address.
func NewRobot(webhook string, o RobotOptions) (*Robot, error) {
	base, key, problem := parseWebhook(webhook)
	if problem != "" {
		return nil, &FieldError{Field: "webhook", Problem: problem}
	}
	r := &robot{base: base, key: func() string { return key }, slots: newRobotSlots(), refuse: o.Refuse}
	r.http, r.direct = robotClient(o.HTTPClient)
	return &Robot{r}, nil
}

const webhookSend = "/cgi-bin/webhook/send"

func parseWebhook(address string) (base url.URL, key, problem string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return url.URL{}, "", "must be a whole URL that begins with http:// or https:// and a host, without a user name"
	}
	prefix, ok := strings.CutSuffix(u.EscapedPath(), webhookSend)
	if !ok || strings.Contains(prefix, "%") {
		return url.URL{}, "", "must have the path " + webhookSend + ": copy it from the robot's page"
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(query["key"]) != 1 || query.Get("key") == "" {
		return url.URL{}, "", "must end with one ?key=: copy it from the robot's page"
	}
	key = query.Get("key")
	for i := range len(key) {
		if !alphanumeric(key[i]) && key[i] != '-' && key[i] != '_' {
			return url.URL{}, "", "has a key that is none: it has letters, digits, - and _ only"
		}
	}
	return url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(u.Path, "send")}, key, ""
}

var errNoRobot = &FieldError{Field: "webhook", Problem: "this Robot was not made by NewRobot"}

// Send posts c to the group. It is repeated only when the request was certainly not sent: robots have
// no duplicate check. At most 20 messages go out in any 60 s, counted in this process: where several
// post by one robot, the vendor refuses with 45009 what is more.
//
// Errors: [*LimitError] and [*FieldError] before the call, [*RobotBusyError]; a [*RobotError] of the
// vendor, 93000 for a wrong key. Source: vendor's document 群机器人配置说明.
func (r *Robot) Send(ctx context.Context, c RobotContent) error {
	if r == nil || r.core == nil {
		return errNoRobot
	}
	body, err := encodeRobot(c)
	if err != nil {
		return err
	}
	return retry.Do(ctx, func() error {
		sent, err := r.core.slots.take(ctx, r.core.refuse)
		if err != nil {
			return err
		}
		used := true // also if a transport panics
		defer func() { sent(used) }()
		err = r.core.post(ctx, "send", nil, jsonBody(body), nil)
		used = !retry.NotSent(err)
		return err
	}, func(err error, _ time.Duration) bool {
		var busy *RobotBusyError
		return retry.NotSent(err) && !errors.As(err, &busy)
	})
}

// Upload sends size bytes of file for a [File] (t is [MediaFile], at most 20 MB) or a [Voice]
// ([MediaVoice], AMR of at most 2 MB and 60 s) that this robot alone can post, for three days. What
// is said of r, of repeating and of errors at [Media.Upload] holds.
//
// Source: vendor's document 群机器人配置说明, 文件上传接口.
func (r *Robot) Upload(ctx context.Context, t MediaType, name string, file io.Reader, size int64) (Uploaded, error) {
	if r == nil || r.core == nil {
		return Uploaded{}, errNoRobot
	}
	if t != MediaFile && t != MediaVoice {
		return Uploaded{}, &FieldError{Field: "type", Problem: "is neither MediaFile nor MediaVoice: a robot uploads nothing else; post a picture as RobotImage"}
	}
	form, err := newForm(mediaRules[t], name, file, size)
	if err != nil {
		return Uploaded{}, err
	}
	var got uploadAnswer
	err = form.send(ctx, func() error {
		got = uploadAnswer{} // an attempt that failed may have left something
		return r.core.post(ctx, "upload_media", url.Values{"type": {string(t)}}, form, &got)
	})
	if err != nil {
		return Uploaded{}, err
	}
	return got.uploaded()
}
