package wecomtest_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// plainApp is an app written from the vendor's document with the standard
// library alone, so that neither our crypto nor our callback handler vouches
// for itself.
type plainApp struct {
	token, key, corpID string
	// reply gives the inner XML to answer a message with; nil or "" is an empty 200.
	reply func(plain string) string

	mu   sync.Mutex
	got  []string // decrypted messages, in order of arrival
	errs []error
}

func (p *plainApp) received() ([]string, []error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.got), slices.Clone(p.errs)
}

func (p *plainApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if r.Method == http.MethodGet {
		plain, err := p.open(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), q.Get("echostr"))
		if err != nil {
			p.fail(w, err)
			return
		}
		io.WriteString(w, plain)
		return
	}
	var e struct{ ToUserName, AgentID, Encrypt string }
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = xml.Unmarshal(body, &e)
	}
	if err != nil || e.ToUserName != p.corpID || e.AgentID == "" {
		p.fail(w, fmt.Errorf("envelope %s: %v", body, err))
		return
	}
	plain, err := p.open(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), e.Encrypt)
	if err != nil {
		p.fail(w, err)
		return
	}
	p.mu.Lock()
	p.got = append(p.got, plain)
	p.mu.Unlock()
	if p.reply == nil {
		return
	}
	if inner := p.reply(plain); inner != "" {
		io.WriteString(w, p.seal(inner, "1700000005", "1597314862"))
	}
}

func (p *plainApp) fail(w http.ResponseWriter, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errs = append(p.errs, err)
	w.WriteHeader(http.StatusBadRequest)
}

func (p *plainApp) aesKey() []byte {
	key, err := base64.StdEncoding.DecodeString(p.key + "=")
	if err != nil {
		panic(err)
	}
	return key
}

func (p *plainApp) sign(parts ...string) string {
	parts = append(parts, p.token)
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func (p *plainApp) open(signature, timestamp, nonce, encrypted string) (string, error) {
	if p.sign(timestamp, nonce, encrypted) != signature {
		return "", errors.New("signature")
	}
	data, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(data) == 0 || len(data)%32 != 0 {
		return "", fmt.Errorf("ciphertext of %d bytes: %v", len(data), err)
	}
	key := p.aesKey()
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	cipher.NewCBCDecrypter(block, key[:16]).CryptBlocks(data, data)
	pad := int(data[len(data)-1])
	if pad < 1 || pad > 32 || strings.Trim(string(data[len(data)-pad:]), string(data[len(data)-1:])) != "" {
		return "", fmt.Errorf("padding %d", pad)
	}
	data = data[:len(data)-pad]
	size := int(binary.BigEndian.Uint32(data[16:20]))
	if size > len(data)-20 || string(data[20+size:]) != p.corpID {
		return "", errors.New("length or receiver")
	}
	return string(data[20 : 20+size]), nil
}

// seal makes a reply's envelope.
func (p *plainApp) seal(inner, timestamp, nonce string) string {
	data := append([]byte("0123456789abcdef"), 0, 0, 0, 0)
	binary.BigEndian.PutUint32(data[16:], uint32(len(inner)))
	data = append(data, inner+p.corpID...)
	pad := 32 - len(data)%32
	data = append(data, strings.Repeat(string(rune(pad)), pad)...)
	key := p.aesKey()
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(data, data)
	encrypted := base64.StdEncoding.EncodeToString(data)
	return fmt.Sprintf("<xml><Encrypt><![CDATA[%s]]></Encrypt><MsgSignature><![CDATA[%s]]></MsgSignature><TimeStamp>%s</TimeStamp><Nonce><![CDATA[%s]]></Nonce></xml>",
		encrypted, p.sign(timestamp, nonce, encrypted), timestamp, nonce)
}

func textReply(to, content string) string {
	return "<xml><ToUserName><![CDATA[" + to + "]]></ToUserName><FromUserName><![CDATA[" + testCorp + "]]></FromUserName>" +
		"<CreateTime>1700000100</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[" + content + "]]></Content></xml>"
}
