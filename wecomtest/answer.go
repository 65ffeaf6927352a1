package wecomtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// errmsgs are how the vendor's texts begin, as far as they were seen
// (messages-out.md §1); the others say what the code means.
var errmsgs = map[int]string{
	-1:     "system busy",
	40001:  "invalid credential",
	40007:  "invalid media_id",
	40008:  "invalid message type",
	40013:  "invalid corpid",
	40014:  "invalid access_token",
	40016:  "invalid button size",
	40017:  "invalid button type",
	40018:  "invalid button name size",
	40019:  "invalid button key size",
	40020:  "invalid button url size",
	40022:  "invalid sub button level",
	40023:  "invalid sub button size",
	40024:  "invalid sub button type",
	40025:  "invalid sub button name size",
	40026:  "invalid sub button key size",
	40027:  "invalid sub button url size",
	40029:  "invalid code",
	40032:  "invalid user list size",
	40033:  "invalid request characters",
	40054:  "invalid sub button url domain",
	40055:  "invalid button url domain",
	40056:  "invalid agentid",
	40058:  "invalid Request Parameter",
	40074:  "news message does not support safe mode",
	41001:  "access_token missing",
	41002:  "corpid missing",
	41004:  "corpsecret missing",
	41006:  "media_id missing",
	41010:  "url missing",
	41011:  "agentid missing",
	41016:  "title missing",
	41033:  "description missing",
	42001:  "access_token expired",
	42014:  "invalid task_id",
	42028:  "template_card url missing",
	42031:  "invalid template_card card_type",
	42033:  "template_card title missing",
	42037:  "invalid template_card option_list size",
	42038:  "template_card button text missing",
	42039:  "template_card button key missing",
	42043:  "template_card question_key missing",
	42044:  "template_card card_image url missing",
	42045:  "invalid template_card card_action",
	42046:  "template_card submit_button key missing",
	42047:  "invalid template_card select_list size",
	42049:  "template_card submit_button text missing",
	42051:  "duplicate key in template_card action_menu",
	42052:  "msgid expired",
	43012:  "need callback url",
	44004:  "text content is empty",
	45002:  "content size out of limit",
	45008:  "invalid article size",
	45009:  "api freq out of limit",
	45032:  "author size out of limit",
	45034:  "url need protocol header",
	46003:  "menu not set",
	48002:  "api forbidden",
	60011:  "no privilege to access/modify contact/party/agent",
	60020:  "not allow to access from your ip",
	81013:  "user & party & tag all invalid",
	82001:  "user & party & tag all empty",
	82002:  "invalid party list size",
	82003:  "invalid tag list size",
	301002: "not allow operate another agent with this accesstoken",
}

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
