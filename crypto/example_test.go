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

// The error tells a developer which setting to look at.
func ExampleCodec_Open() {
	codec, _ := wecomcrypto.New("anotherToken", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
	_, err := codec.Open("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780",
		"P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==")
	fmt.Println(errors.Is(err, wecomcrypto.ErrSignature))
	// Output: true
}
