package callback

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

// answer writes an outcome, a reply sealed with the codec that opened the
// request.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, codec *wecomcrypto.Codec, nonce string, o outcome) {
	if o.status != http.StatusOK {
		http.Error(w, http.StatusText(o.status), o.status)
		return
	}
	if len(o.reply) == 0 {
		w.WriteHeader(http.StatusOK)
		return
	}
	if h.cfg.Envelope == XML { // bots want the request's own
		var random [8]byte
		rand.Read(random[:])
		nonce = strconv.FormatUint(binary.BigEndian.Uint64(random[:]), 10)
	}
	s, err := codec.Seal(o.reply, strconv.FormatInt(time.Now().Unix(), 10), nonce)
	if err != nil {
		h.report(r, fmt.Errorf("%w: reply: %w", ErrHandler, err))
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	body, contentType := sealedXML(s), "text/xml; charset=utf-8"
	if h.cfg.Envelope == JSON {
		body, contentType = sealedJSON(s), "application/json; charset=utf-8"
	}
	w.Header().Set("Content-Type", contentType)
	w.Write(body)
}

// sealedXML is the envelope of the vendor's document "被动回复消息格式".
func sealedXML(s wecomcrypto.Sealed) []byte {
	buf := make([]byte, 0, len(s.Encrypt)+256)
	buf = append(buf, "<xml>"...)
	buf = appendElement(buf, "Encrypt", s.Encrypt)
	buf = appendElement(buf, "MsgSignature", s.MsgSignature)
	buf = append(append(append(buf, "<TimeStamp>"...), s.Timestamp...), "</TimeStamp>"...)
	buf = appendElement(buf, "Nonce", s.Nonce)
	return append(buf, "</xml>"...)
}

// sealedJSON is the same in the names of the official library for JSON.
func sealedJSON(s wecomcrypto.Sealed) []byte {
	out, err := marshal(struct {
		Encrypt      string      `json:"encrypt"`
		MsgSignature string      `json:"msgsignature"`
		Timestamp    json.Number `json:"timestamp"`
		Nonce        string      `json:"nonce"`
	}{s.Encrypt, s.MsgSignature, json.Number(s.Timestamp), s.Nonce})
	if err != nil {
		return nil // strings and a number of digits: there is no error
	}
	return out
}
