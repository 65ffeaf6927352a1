package message_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

// decoders read the object of a msgtype into our type.
var decoders = map[string]func(json.RawMessage) (message.Content, error){
	"text":               decode[message.Text],
	"image":              decode[message.Image],
	"voice":              decode[message.Voice],
	"video":              decode[message.Video],
	"file":               decode[message.File],
	"textcard":           decode[message.TextCard],
	"news":               decode[message.News],
	"mpnews":             decode[message.MPNews],
	"markdown":           decode[message.Markdown],
	"miniprogram_notice": decode[message.MiniProgramNotice],
}

func decode[C message.Content](raw json.RawMessage) (message.Content, error) {
	var c C
	err := json.Unmarshal(raw, &c)
	return c, err
}

// Every field of the reference's requests has a place in our types, and comes out as it went in.
func TestSamplesLoseNoField(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/kinds/*.json")
	if err != nil || len(files) < len(decoders) {
		t.Fatalf("%d samples for %d kinds (%v)", len(files), len(decoders), err)
	}
	seen := map[string]bool{}
	for _, name := range files {
		sample, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		m, msgType := fromSample(t, sample)
		seen[msgType] = true
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			got, err := prepare(t, m)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(generic(t, sample), generic(t, []byte(got))); diff != "" {
				t.Errorf("request (-sample +ours):\n%s", diff)
			}
		})
	}
	for msgType := range decoders {
		if !seen[msgType] {
			t.Errorf("no sample of %s", msgType)
		}
	}
}

func fromSample(t *testing.T, sample []byte) (message.Message, string) {
	t.Helper()
	var r struct {
		ToUser, ToParty, ToTag, MsgType string

		Safe     message.Safety
		IDTrans  int `json:"enable_id_trans"`
		Check    int `json:"enable_duplicate_check"`
		Interval int `json:"duplicate_check_interval"`
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(sample, &r); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(sample, &parts); err != nil {
		t.Fatal(err)
	}
	content, err := decoders[r.MsgType](parts[r.MsgType])
	if err != nil {
		t.Fatal(err)
	}
	return message.Message{
		To:   message.Recipients{Users: split(r.ToUser), Parties: idsOf(t, r.ToParty), Tags: idsOf(t, r.ToTag)},
		Safe: r.Safe, Content: content, IDTranslation: r.IDTrans == 1,
		DuplicateCheck: r.Check == 1, DuplicateInterval: time.Duration(r.Interval) * time.Second,
	}, r.MsgType
}

func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '|' })
}

func idsOf(t *testing.T, s string) (out []int) {
	t.Helper()
	for _, field := range split(s) {
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

// generic is a request as any reader sees it. An option that is 0 is as good as absent.
func generic(t *testing.T, request []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(request, &v); err != nil {
		t.Fatal(err)
	}
	for _, option := range []string{"safe", "enable_id_trans", "enable_duplicate_check", "duplicate_check_interval"} {
		if v[option] == 0.0 {
			delete(v, option)
		}
	}
	return v
}
