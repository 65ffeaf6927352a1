package main

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/bkwecom/wecom/examples/internal/site"
	"github.com/bkwecom/wecom/examples/internal/userid"
	"github.com/bkwecom/wecom/examples/itsm/ticket"
	"github.com/bkwecom/wecom/oauth"
)

// A surface is the pages as one kind of visitor sees them: members on the phone
// below /weixin/, BlueKing's users on the PC at the root. Both show the same.
type surface struct {
	*app
	base    string // inner path, with a slash at the end
	channel ticket.Channel
	csrf    *oauth.CSRF
}

// routes registers the pages; within lets in who may see them.
func (s *surface) routes(mux *http.ServeMux, within func(http.Handler) http.Handler) {
	add := func(method, path string, h http.HandlerFunc) {
		both(mux, method, s.base+path, within(limited(h)))
	}
	add("GET", "", s.home)
	add("GET", "ticket/create/", s.form)
	add("POST", "ticket/create/", s.submit)
	add("GET", "ticket/{id}/", s.detail)
	add("POST", "ticket/{id}/decide/", s.decide)
	add("POST", "ticket/{id}/handover/", s.handOver)
}

// maxBody is far more than the longest form needs, in bytes.
const maxBody = 64 << 10

func limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// page is what every page of a surface is given.
type page struct {
	Base   string // inner path of the surface
	User   string
	Counts map[ticket.View]int
	View   ticket.View // "" on pages that are no list

	Items      []ticket.Ticket // of a list
	Page, Last int

	Ticket                 ticket.Ticket // of the detail page
	History                []ticket.Entry
	MayDecide, MayHandOver bool
	Remind                 bool // the creator has to: nobody is told by message

	Scan   string // address of WeCom's script, on a form that can scan
	Form   form   // what was filled in, to be corrected
	Errors ticket.FieldErrors
}

// form is what a visitor has filled in.
type form struct {
	Key, Title, Content, Approvers string
	Opinion, To, Reason            string
}

func (s *surface) page(r *http.Request) (page, error) {
	counts, err := s.desk.Counts(r.Context(), userOf(r))
	return page{Base: s.base, User: userOf(r), Counts: counts}, err
}

const pageSize = 10

// home is the three lists, one at a time.
func (s *surface) home(w http.ResponseWriter, r *http.Request) {
	p, err := s.page(r)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	if p.View = ticket.View(r.URL.Query().Get("view_type")); !slices.Contains(ticket.Views, p.View) {
		p.View = ticket.MyApproval
	}
	p.Page, _ = strconv.Atoi(r.URL.Query().Get("page"))
	p.Last = max(1, (p.Counts[p.View]+pageSize-1)/pageSize)
	p.Page = min(max(p.Page, 1), p.Last)
	if _, p.Items, err = s.desk.List(r.Context(), p.View, userOf(r), p.Page, pageSize); err != nil {
		s.broken(w, r, err)
		return
	}
	s.pages.Show(w, r, http.StatusOK, "home", p)
}

// form is empty, with a key of its own: the same form sent twice is one ticket.
func (s *surface) form(w http.ResponseWriter, r *http.Request) {
	s.showForm(w, r, http.StatusOK, form{Key: rand.Text()}, nil)
}

func (s *surface) showForm(w http.ResponseWriter, r *http.Request, status int, f form, wrong ticket.FieldErrors) {
	p, err := s.page(r)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	p.Form, p.Errors = f, wrong
	if len(s.scripts(r)) > 0 {
		p.Scan = s.cfg.set.JSSDK
	}
	s.pages.Show(w, r, status, "create", p)
}

func (s *surface) submit(w http.ResponseWriter, r *http.Request) {
	if !s.parsed(w, r) {
		return
	}
	f := form{Key: r.PostForm.Get("key"), Title: r.PostForm.Get("title"), Content: r.PostForm.Get("content"), Approvers: r.PostForm.Get("approvers")}
	t, _, err := s.desk.Submit(r.Context(), userOf(r), ticket.Draft{
		Title: f.Title, Content: f.Content, Approvers: names(f.Approvers), Key: f.Key, Channel: s.channel,
	})
	var wrong ticket.FieldErrors
	switch {
	case errors.As(err, &wrong):
		s.showForm(w, r, http.StatusUnprocessableEntity, f, wrong)
	case err != nil:
		s.broken(w, r, err)
	default:
		s.toTicket(w, r, t.ID)
	}
}

// names reads a list as people write it.
func names(list string) (found []string) {
	return strings.FieldsFunc(list, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",，;；、", c) })
}

func (s *surface) detail(w http.ResponseWriter, r *http.Request) {
	s.showTicket(w, r, http.StatusOK, form{}, nil)
}

func (s *surface) showTicket(w http.ResponseWriter, r *http.Request, status int, f form, wrong ticket.FieldErrors) {
	p, err := s.page(r)
	if err == nil {
		p.Ticket, p.History, err = s.desk.Get(r.Context(), ticketID(r), p.User)
	}
	switch {
	case errors.Is(err, ticket.ErrForbidden):
		s.stranger(w, r)
		return
	case err != nil:
		s.broken(w, r, err)
		return
	}
	p.MayDecide, p.MayHandOver = s.desk.MayDecide(p.Ticket, p.User), s.desk.MayHandOver(p.Ticket, p.User)
	told, _ := s.cfg.set.Notifications()
	p.Remind = !told
	p.Form, p.Errors = f, wrong
	s.pages.Show(w, r, status, "ticket", p)
}

func (s *surface) decide(w http.ResponseWriter, r *http.Request) {
	if !s.parsed(w, r) {
		return
	}
	result, f := r.PostForm.Get("result"), form{Opinion: r.PostForm.Get("opinion")}
	if result != "true" && result != "false" {
		s.fail(w, r, http.StatusBadRequest)
		return
	}
	out, err := s.desk.Decide(r.Context(), ticket.Decision{
		Ticket: ticketID(r), Actor: userOf(r), Approve: result == "true", Opinion: f.Opinion, Channel: s.channel,
	})
	s.acted(w, r, out, err, f)
}

func (s *surface) handOver(w http.ResponseWriter, r *http.Request) {
	if !s.parsed(w, r) {
		return
	}
	f := form{To: strings.TrimSpace(r.PostForm.Get("to")), Reason: r.PostForm.Get("reason")}
	out, err := s.desk.HandOver(r.Context(), ticket.HandOver{
		Ticket: ticketID(r), From: userOf(r), To: f.To, Reason: f.Reason, Channel: s.channel,
	})
	if err == nil && out.Kind == ticket.OutcomeNotYours && handedTo(out.Ticket, userOf(r), f.To) {
		s.toTicket(w, r, out.ID) // a second tap
		return
	}
	s.acted(w, r, out, err, f)
}

// handedTo reports whether from has handed the ticket to to.
func handedTo(t ticket.Ticket, from, to string) bool {
	return slices.ContainsFunc(t.Approvers, func(a ticket.Approver) bool {
		return a.Past() && userid.Same(a.Username, from) && userid.Same(a.HandedTo, to)
	})
}

// acted answers what became of an act on a ticket.
func (s *surface) acted(w http.ResponseWriter, r *http.Request, out ticket.Outcome, err error, f form) {
	var wrong ticket.FieldErrors
	switch {
	case errors.As(err, &wrong):
		s.showTicket(w, r, http.StatusUnprocessableEntity, f, wrong)
	case err != nil:
		s.broken(w, r, err)
	case out.Success():
		s.toTicket(w, r, out.ID)
	case out.Kind == ticket.OutcomeUnknown:
		s.stranger(w, r)
	default:
		status := http.StatusConflict
		if out.Kind == ticket.OutcomeNotYours {
			status = http.StatusForbidden
		}
		s.pages.Notice(w, r, status, s.refusal(out))
	}
}

func (s *surface) toTicket(w http.ResponseWriter, r *http.Request, id int64) {
	http.Redirect(w, r, site.Path(r, s.base+ticketPath(id)), http.StatusSeeOther)
}

// ticketID is 0, which no ticket has, if the path does not name one.
func ticketID(r *http.Request) int64 {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 || strconv.FormatInt(id, 10) != r.PathValue("id") {
		return 0
	}
	return id
}

// parsed reads a form, or answers why not.
func (s *surface) parsed(w http.ResponseWriter, r *http.Request) bool {
	err := r.ParseForm()
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		s.fail(w, r, http.StatusRequestEntityTooLarge)
	case err != nil:
		s.fail(w, r, http.StatusBadRequest)
	}
	return err == nil
}
