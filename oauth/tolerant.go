package oauth

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// Gender is 0 (not known), 1 (male) or 2 (female).
type Gender int

// UnmarshalJSON takes WeCom's strings and the official account's numbers.
func (g *Gender) UnmarshalJSON(data []byte) error {
	n, _ := number(data)
	*g = Gender(n)
	return nil
}

// seconds takes 7200 and "7200": both are seen. What is neither is 0.
type seconds time.Duration

func (s *seconds) UnmarshalJSON(data []byte) error {
	n, ok := number(data)
	if !ok || n < 0 || n > 1<<31 {
		n = 0
	}
	*s = seconds(time.Duration(n) * time.Second)
	return nil
}

func number(data []byte) (int, bool) {
	n, err := strconv.Atoi(string(bytes.Trim(data, `"`)))
	return n, err == nil
}

// flag takes 1 and true.
type flag bool

func (f *flag) UnmarshalJSON(data []byte) error {
	n, _ := number(data)
	*f = flag(n == 1 || bytes.Equal(data, []byte("true")))
	return nil
}

var _, _, _ json.Unmarshaler = (*Gender)(nil), (*seconds)(nil), (*flag)(nil)
