package crypto_test

import (
	"errors"
	"fmt"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

// The vendor's own sample of a URL check, published with its libraries.
func Example() {
	codec, err := wecomcrypto.New("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
	if err != nil {
		fmt.Println(err)
		return
	}
	echo, err := codec.Open(
		"5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780",
		"P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==")
	fmt.Println(string(echo), err)
	// Output: 1616140317555161061 <nil>
}

// Plain messages go in, and what goes over the wire comes out.
func ExampleCodec_Seal() {
	codec, _ := wecomcrypto.New("FTAToken", "FTAEncodingAESKeyFTAEncodingAESKey923456781", "ww1234567890abcdef")
	sealed, err := codec.Seal([]byte("<xml><Content>TY 1234_1</Content></xml>"), "1700000000", "88112233")
	if err != nil {
		fmt.Println(err)
		return
	}
	plain, err := codec.Open(sealed.MsgSignature, sealed.Timestamp, sealed.Nonce, sealed.Encrypt)
	fmt.Println(string(plain), err)
	// Output: <xml><Content>TY 1234_1</Content></xml> <nil>
}

// Each error tells which setting to look at. Show the peer one answer for all of them.
func ExampleCodec_Open() {
	const (
		key       = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
		signature = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3" // the query's msg_signature, timestamp and nonce
		timestamp = "1409659589"
		nonce     = "263014780"
		encrypted = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
	)
	for _, c := range []struct{ token, key, receiver string }{
		{"QDG6eK", key, "wx5823bf96d3bd56c7"},
		{"another", key, "wx5823bf96d3bd56c7"},
		{"QDG6eK", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx5823bf96d3bd56c7"},
		{"QDG6eK", key, "ww1234567890abcdef"},
		{"QDG6eK", key, wecomcrypto.AnyReceiver}, // to find out whom messages are for
	} {
		codec, err := wecomcrypto.New(c.token, c.key, c.receiver)
		if err != nil {
			fmt.Println(err)
			return
		}
		plain, err := codec.Open(signature, timestamp, nonce, encrypted)
		switch {
		case errors.Is(err, wecomcrypto.ErrSignature):
			fmt.Println("check the Token")
		case errors.Is(err, wecomcrypto.ErrCiphertext):
			fmt.Println("check the EncodingAESKey")
		case errors.Is(err, wecomcrypto.ErrReceiver):
			fmt.Println("check the CorpID")
		default:
			fmt.Println(string(plain))
		}
	}
	// Output:
	// 1616140317555161061
	// check the Token
	// check the EncodingAESKey
	// check the CorpID
	// 1616140317555161061
}

// What Open compares with msg_signature, for a test that plays WeCom.
func ExampleCodec_Sign() {
	codec, err := wecomcrypto.New("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(codec.Sign("1409659589", "263014780",
		"P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="))
	// Output: 5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3
}

// Settings that cannot be right are refused, and a Codec prints no key.
func ExampleNew() {
	_, err := wecomcrypto.New("QDG6eK", "too-short", "ww1234567890abcdef")
	fmt.Println(err)
	_, err = wecomcrypto.New("no token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "ww1234567890abcdef")
	fmt.Println(err)
	codec, err := wecomcrypto.New("QDG6eK", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "ww1234567890abcdef")
	fmt.Printf("%v %v\n", codec, err)
	// Output:
	// crypto: EncodingAESKey has 9 characters, want 43
	// crypto: Token has a character that is neither a letter nor a digit
	// crypto.Codec(secret) <nil>
}
