package callback

import (
	"errors"
	"fmt"
	"io"
	"runtime"
)

// Why a request was refused or a message not handled. They reach OnError
// alone, wrapped; the peer gets one and the same answer for all refusals. The
// errors of package crypto tell the stages of opening a message.
var (
	ErrMethod   = errors.New("callback: method is neither GET nor POST")
	ErrTooLarge = errors.New("callback: body is over 1 MiB")
	ErrBody     = errors.New("callback: body could not be read")
	ErrQuery    = errors.New("callback: query has not msg_signature, timestamp and nonce (and echostr for GET) once each")
	ErrEnvelope = errors.New("callback: body is not an encrypted message in the format of Config.Envelope: XML for apps, encrypted; JSON for smart bots")
	ErrStale    = errors.New("callback: timestamp is not ten digits near the present time: check this machine's clock, or somebody repeats an old request")
	ErrEcho     = errors.New("callback: somebody sends a captured message as a URL check, or a captured URL check as a message")
	ErrReply    = errors.New("callback: ToUserName is not the receiver: somebody sends this app's own reply back as a message")
	ErrPeer     = errors.New("callback: the address that calls is not WeCom's: check which proxies are trusted, or ask for the list again")
	ErrAgent    = errors.New("callback: message is for another app: add its agentid to AgentIDs if it is yours")

	// ErrBusy is answered with 503: the vendor delivers again.
	ErrBusy = errors.New("callback: too many running handlers, or shutting down")
	// ErrDuplicates is answered with 503: the duplicate store failed, or
	// another process still handles the message.
	ErrDuplicates = errors.New("callback: duplicate store")
	// ErrDeadLetters is about the letter alone: the message was answered as without.
	ErrDeadLetters = errors.New("callback: dead letters")
	// ErrHandler is answered with 500: Handle returned an error, panicked, or
	// returned a reply that cannot be sent.
	ErrHandler = errors.New("callback: handler failed")
)

// A PanicError is a panic of Handle, Late or Duplicates. Its text holds the value only
// where it is a runtime error, since other values may quote the message.
type PanicError struct {
	Value any
	Stack []byte
}

// Error is the text of a runtime error, and of any other value its type alone.
func (e *PanicError) Error() string {
	if err, ok := e.Value.(runtime.Error); ok {
		return "panic: " + err.Error()
	}
	return fmt.Sprintf("panic with a value of type %T: see PanicError", e.Value)
}

// Format shows the text alone with every verb of package fmt, %#v too.
func (e *PanicError) Format(s fmt.State, _ rune) { io.WriteString(s, e.Error()) }

// MarshalText is for encoders, which would show the fields.
func (e *PanicError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }
