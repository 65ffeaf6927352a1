package wecomtest

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/bkwecom/wecom/crypto"
)

// NewRequest returns a callback POST as the vendor would send it now, rightly
// sealed, for tests that change it or send it by other ways.
func (a *Agent) NewRequest(ctx context.Context, plain []byte) (*http.Request, error) {
	to, err := a.receiving()
	if err != nil {
		return nil, err
	}
	return a.newRequest(ctx, to, plain)
}

func (a *Agent) newRequest(ctx context.Context, to *receiving, plain []byte) (*http.Request, error) {
	sealed, err := to.codec.Seal(plain, timestamp(), nonce())
	if err != nil {
		return nil, err
	}
	u := to.signed(sealed.MsgSignature, sealed.Timestamp, sealed.Nonce)
	body := a.envelope(sealed)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "text/xml")
	return req, nil
}

// envelope varies what the vendor's documents and samples do not fix: the order
// of the elements, the space between them, CDATA or plain text.
func (a *Agent) envelope(sealed crypto.Sealed) string {
	to := "<ToUserName>" + cdata(a.srv.CorpID) + "</ToUserName>"
	agent := "<AgentID>" + cdata(strconv.Itoa(a.app.AgentID)) + "</AgentID>"
	encrypt := "<Encrypt>" + cdata(sealed.Encrypt) + "</Encrypt>"
	switch a.orders.Add(1) % 4 {
	case 0: // every fourth: nothing but what XML needs
		encrypt = "<Encrypt>" + sealed.Encrypt + "</Encrypt>"
		agent = "<AgentID>" + strconv.Itoa(a.app.AgentID) + "</AgentID>"
		return "<xml>" + encrypt + agent + to + "</xml>"
	case 1: // the document's template
		return "<xml>\n  " + to + "\n  " + agent + "\n  " + encrypt + "\n</xml>"
	case 2: // the vendor's sample
		return "<xml>" + to + encrypt + agent + "</xml>"
	default:
		return "<xml>" + to + "\n" + agent + "\n" + encrypt + "</xml>\n"
	}
}
