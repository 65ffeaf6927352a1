package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

// maxPush is the largest alarm that is read, in bytes.
const maxPush = 1 << 20

// pusher is the endpoint where monitoring systems push alarms (REST API 推送).
type pusher struct {
	desk   *approval.Desk
	appID  string
	secret string
	zone   *time.Location
	log    *slog.Logger
}

// Codes of the answers, as BlueKing's own endpoint gives them.
const (
	codeOK    = 1200
	codeBad   = 1400
	codeError = 1500
)

type pushAnswer struct {
	Result  bool     `json:"result"`
	Code    int      `json:"code"`
	Message string   `json:"message"`
	Data    pushData `json:"data"`
}

type pushData struct {
	AlarmID int64 `json:"alarm_id,omitempty"`
}

func (p *pusher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		p.refuse(w, http.StatusMethodNotAllowed, "push alarms with POST")
		return
	}
	if !p.authentic(r.PathValue("app_id"), r.Header.Values("X-Secret")) {
		p.refuse(w, http.StatusUnauthorized, "the app_id in the path or the X-Secret header is wrong")
		return
	}
	a, err := readAlarm(http.MaxBytesReader(w, r.Body, maxPush), p.zone)
	if err != nil {
		p.refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	a.AppID = p.appID
	receipt, err := p.desk.Push(r.Context(), a)
	var field *approval.FieldError
	switch {
	case errors.As(err, &field), errors.Is(err, approval.ErrNoPlan):
		p.refuse(w, http.StatusBadRequest, err.Error())
	case errors.Is(err, errNotConfigured):
		p.log.WarnContext(r.Context(), "alarm refused", "err", err)
		writePush(w, http.StatusInternalServerError, pushAnswer{Code: codeError, Message: errNotConfigured.Error()})
	case err != nil:
		p.log.ErrorContext(r.Context(), "alarm not stored", "err", err)
		writePush(w, http.StatusInternalServerError, pushAnswer{Code: codeError, Message: "the alarm could not be stored; push it again later"})
	default:
		answer := pushAnswer{Result: true, Code: codeOK, Message: "accepted", Data: pushData{AlarmID: receipt.Alarm}}
		switch {
		case receipt.Again:
			answer.Message = "this source_id was accepted before; nothing was done again"
		case receipt.Incident != 0:
			answer.Message = fmt.Sprintf("accepted, and joined to the incident of alarm %d", receipt.Incident)
		}
		writePush(w, http.StatusOK, answer)
	}
}

// authentic compares hashes, so that neither content nor length of the secret
// shows in the time it takes.
func (p *pusher) authentic(appID string, secrets []string) bool {
	if len(secrets) != 1 || p.appID == "" || p.secret == "" {
		return false
	}
	got, want := sha256.Sum256([]byte(secrets[0])), sha256.Sum256([]byte(p.secret))
	gotID, wantID := sha256.Sum256([]byte(appID)), sha256.Sum256([]byte(p.appID))
	return subtle.ConstantTimeCompare(got[:], want[:])&subtle.ConstantTimeCompare(gotID[:], wantID[:]) == 1
}

func (p *pusher) refuse(w http.ResponseWriter, status int, why string) {
	writePush(w, status, pushAnswer{Code: codeBad, Message: why})
}

func writePush(w http.ResponseWriter, status int, answer pushAnswer) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // a peer that has gone away needs no answer
}
