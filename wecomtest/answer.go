package wecomtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// refusal is a business error: HTTP 200 with an errcode.
type refusal struct {
	code   int
	detail string
}

func refuse(code int, format string, args ...any) *refusal {
	return &refusal{code: code, detail: fmt.Sprintf(format, args...)}
}

// message is in the vendor's style. Nobody may match on it: the hint differs
// each time.
func (e *refusal) message(ip string) string {
	text := errmsgs[e.code]
	if text == "" {
		text = "error"
	}
	if e.detail != "" {
		text = e.detail + ". " + text
	}
	return fmt.Sprintf("%s, hint: [%d], from ip: %s, more info at https://open.work.weixin.qq.com/devtool/query?e=%d",
		text, time.Now().UnixNano(), ip, e.code)
}

func (e *refusal) answer(blank any, ip string) answer {
	return jsonAnswer(e.code, e.message(ip), blank)
}

// answer is what goes back to the caller.
type answer struct {
	status  int
	code    int
	message string
	json    bool
	header  http.Header // of an answer that is no JSON
	body    []byte
}

func success(fields any) answer { return jsonAnswer(0, "ok", fields) }

// jsonAnswer puts errcode and errmsg before the fields of a struct or map.
func jsonAnswer(code int, message string, fields any) answer {
	body := marshal(struct {
		Code    int    `json:"errcode"`
		Message string `json:"errmsg"`
	}{code, message})
	if fields != nil {
		if more := marshal(fields); len(more) > 2 {
			body = append(append(body[:len(body)-1], ','), more[1:]...)
		}
	}
	return answer{status: http.StatusOK, code: code, message: message, json: true, body: body}
}

// marshal writes < and & as they are: the vendor does not escape them.
func marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return []byte("{}") // cannot happen: only own types come here
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// write sends the answer, all of it or, if cut is positive, only so many bytes.
func (a answer) write(w http.ResponseWriter, cut int) {
	if a.json {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.Header().Set("Error-Code", strconv.Itoa(a.code))
		w.Header().Set("Error-Msg", a.message)
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if cut <= 0 || cut >= len(a.body) {
		_, _ = w.Write(a.body)
		return
	}
	_, _ = w.Write(a.body[:cut])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
