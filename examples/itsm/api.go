package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bkwecom/wecom/examples/internal/site"
	"github.com/bkwecom/wecom/examples/itsm/ticket"
)

// apiPath is where BlueKing's mobile page asks for tickets.
const apiPath = "api/ticket/receipts/"

func (s *surface) jsonRoutes(mux *http.ServeMux, within func(http.Handler) http.Handler) {
	add := func(method, path string, h http.HandlerFunc) {
		both(mux, method, s.base+apiPath+path, within(limited(h)))
	}
	add("GET", "", s.apiList)
	add("POST", "", s.apiSubmit)
	add("GET", "{id}/", s.apiTicket)
	add("POST", "batch_approval/", s.apiDecide)
}

// item is a ticket as JSON.
type item struct {
	ID        int64         `json:"id"`
	SN        string        `json:"sn"`
	Title     string        `json:"title"`
	Status    ticket.Status `json:"status"`
	Creator   string        `json:"creator"`
	CreateAt  string        `json:"create_at"`
	DecidedBy string        `json:"decided_by"`
	Opinion   string        `json:"opinion"`
	Approvers []approver    `json:"approvers"`
	URL       string        `json:"url"` // of the page
}

type approver struct {
	Username string `json:"username"`
	Unbound  bool   `json:"unbound"` // 未绑定
	HandedTo string `json:"handed_to"`
}

// entry is a row of history as JSON.
type entry struct {
	Time    string     `json:"time"`
	Actor   string     `json:"actor"`
	Channel string     `json:"channel"`
	Act     ticket.Act `json:"act"`
	Target  string     `json:"target"`
	Message string     `json:"message"`
}

func (s *surface) item(r *http.Request, t ticket.Ticket) item {
	i := item{
		ID: t.ID, SN: t.SN, Title: t.Title, Status: t.Status, Creator: t.Creator, CreateAt: t.Created.Format(time.RFC3339),
		DecidedBy: t.DecidedBy, Opinion: t.Opinion, Approvers: []approver{}, URL: site.Path(r, s.base+ticketPath(t.ID)),
	}
	for _, a := range t.Approvers {
		i.Approvers = append(i.Approvers, approver{a.Username, a.Unbound, a.HandedTo})
	}
	return i
}

func (s *surface) apiList(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	view := ticket.View(q.Get("view_type"))
	if !slices.Contains(ticket.Views, view) {
		answer(w, http.StatusBadRequest, "view_type 应为 my_approval、my_todo 或 my_created", nil)
		return
	}
	page, okPage := whole(q.Get("page"), 1)
	size, okSize := whole(q.Get("page_size"), pageSize)
	if !okPage || !okSize || size > ticket.MaxPageSize {
		answer(w, http.StatusBadRequest, fmt.Sprintf("page 和 page_size 应为正整数，page_size 最大 %d", ticket.MaxPageSize), nil)
		return
	}
	count, found, err := s.desk.List(r.Context(), view, userOf(r), page, size)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	items := make([]item, len(found))
	for i, t := range found {
		items[i] = s.item(r, t)
	}
	answer(w, http.StatusOK, "", map[string]any{"count": count, "items": items})
}

func whole(text string, fallback int) (n int, ok bool) {
	if text == "" {
		return fallback, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0 && n < 1e6
}

func (s *surface) apiSubmit(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Title     string   `json:"title"`
		Content   string   `json:"content"`
		Approvers []string `json:"approvers"`
		Key       string   `json:"key"` // as the form's: the same twice makes one ticket
	}
	if !decode(w, r, &in) {
		return
	}
	t, _, err := s.desk.Submit(r.Context(), userOf(r), ticket.Draft{
		Title: in.Title, Content: in.Content, Approvers: in.Approvers, Key: in.Key, Channel: s.channel,
	})
	if wrong, ok := asFields(err); ok {
		answer(w, http.StatusBadRequest, explain(wrong), nil)
		return
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	answer(w, http.StatusOK, "", s.item(r, t))
}

func (s *surface) apiTicket(w http.ResponseWriter, r *http.Request) {
	t, history, err := s.desk.Get(r.Context(), ticketID(r), userOf(r))
	if errors.Is(err, ticket.ErrForbidden) {
		answer(w, http.StatusForbidden, "单据不存在，或您无权查看。", nil)
		return
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	data := struct {
		item
		Content string  `json:"content"`
		Log     []entry `json:"log"`
	}{s.item(r, t), t.Content, []entry{}}
	for _, h := range history {
		data.Log = append(data.Log, entry{h.At.Format(time.RFC3339), h.Actor, string(h.Channel), h.Act, h.Target, said(h)})
	}
	answer(w, http.StatusOK, "", data)
}

// outcome is what became of one ticket of a batch.
type outcome struct {
	TicketID  int64              `json:"ticket_id"`
	Result    bool               `json:"result"`
	Outcome   ticket.OutcomeKind `json:"outcome"`
	DecidedBy string             `json:"decided_by"`
	Status    ticket.Status      `json:"status"`
	Message   string             `json:"message"`
}

// apiDecide decides a batch: every ticket's outcome is in the answer, and one in
// which nothing was decided has failed.
func (s *surface) apiDecide(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Result  verdict `json:"result"`
		Opinion string  `json:"opinion"`
		List    []struct {
			ID ticketNumber `json:"ticket_id"`
		} `json:"approval_list"`
	}
	if !decode(w, r, &in) {
		return
	}
	if in.Result == "" {
		answer(w, http.StatusBadRequest, `result 应为 "true" 或 "false"`, nil)
		return
	}
	ids := make([]int64, len(in.List))
	for i, t := range in.List {
		ids[i] = int64(t.ID)
	}
	outs, err := s.desk.DecideAll(r.Context(), ids, ticket.Decision{
		Actor: userOf(r), Approve: in.Result == "true", Opinion: in.Opinion, Channel: s.channel,
	})
	if wrong, ok := asFields(err); ok {
		answer(w, http.StatusBadRequest, explain(wrong), nil)
		return
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	data, decided := make([]outcome, len(outs)), 0
	for i, o := range outs {
		data[i] = outcome{o.ID, o.Success(), o.Kind, o.Ticket.DecidedBy, o.Ticket.Status, refusalText(o)}
		if o.Success() {
			decided++
		}
	}
	message := ""
	if decided < len(outs) {
		message = fmt.Sprintf("%d 张单据中处理了 %d 张", len(outs), decided)
	}
	reply(w, http.StatusOK, decided > 0, 0, message, data)
}

// verdict is "true" or "false", as BlueKing's page sends it, or the JSON values.
type verdict string

func (v *verdict) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case `"true"`, "true":
		*v = "true"
	case `"false"`, "false":
		*v = "false"
	default:
		return errors.New("result is neither true nor false")
	}
	return nil
}

// ticketNumber is a number, or one in quotes, as page scripts often send it.
type ticketNumber int64

func (n *ticketNumber) UnmarshalJSON(b []byte) error {
	id, err := strconv.ParseInt(strings.Trim(string(b), `"`), 10, 64)
	*n = ticketNumber(id)
	return err
}
