// Package crypto verifies, opens and seals WeCom (企业微信) callback messages:
// the scheme that the vendor's document "加解密方案说明" calls msg_signature and
// EncodingAESKey.
//
//	codec, err := crypto.New(token, encodingAESKey, corpID)
//	plain, err := codec.Open(msgSignature, timestamp, nonce, encrypted)
//	sealed, err := codec.Seal(reply, timestamp, nonce)
//
// # When to use it
//
// Where the transport is not net/http, where a queue stands between the entry and
// the worker, or to write a test that plays WeCom.
//
// # When not
//
// Most programs want package callback, which is an http.Handler around a [Codec].
// Do not use it as general purpose encryption: the scheme signs with SHA-1 over
// unseparated fields and derives its IV from the key, because that is what the
// other side speaks.
//
// # Name
//
// The folder is named as the standard library's crypto. This package exports
// no name that the standard one has; a file that needs both writes
//
//	import wecomcrypto "github.com/bkwecom/wecom/crypto"
//
// # The scheme
//
//	key        = base64(EncodingAESKey + "="), 32 bytes
//	IV         = key[:16]
//	plaintext  = 16 random bytes | length of message, 32 bit big endian | message | receiver | padding
//	padding    = n bytes of value n, 1 to 32, up to a multiple of 32 bytes
//	encrypt    = base64(AES-256-CBC(key, IV, plaintext))
//	signature  = hex(SHA-1(token, timestamp, nonce, encrypt, sorted and joined))
//
// # What is checked, in which order
//
// [Codec.Open] compares the signature in constant time before it touches the
// ciphertext, then checks the base64 text, the block size, every byte of the
// padding, the length as an unsigned number, and at last the receiver. Each
// stage has its own error: [ErrSignature], [ErrCiphertext], [ErrReceiver].
// Show them to a developer; show the peer one answer for all of them.
//
// Open checks neither the age of the timestamp nor whether the message came
// before, and the signature leaves two gaps that a caller must close: its
// fields have no separators, so a timestamp must be exactly ten digits; and
// they are sorted, so a message whose nonce looks like a time carries the same
// signature with timestamp and nonce exchanged. A sealed reply is signed like a
// message, too. Package callback takes care of all of it.
//
// # Errors
//
// Ask with errors.Is. None holds anything of the message, of the keys or the
// signature that would have been right.
//
//	error          from        meaning                                   what to do
//	ErrSignature   Open        not signed with this Token, or changed    compare the Token in the admin console; let the
//	                           on the way; the first stage               query be URL-decoded exactly once
//	ErrCiphertext  Open        rightly signed, but the base64, a block,  compare the EncodingAESKey
//	                           the padding or the length is wrong
//	ErrReceiver    Open        all is right, but for somebody else       compare the CorpID (SuiteID of a third-party app;
//	                                                                     "" for smart bots)
//	without name   New         a setting cannot be right: it is named,   copy it again
//	                           and its value is never quoted
//	without name   Seal        AnyReceiver, or a message of 4 GiB        give New the receiver
//	without name   Open, Seal  the Codec was not made by New             use New
package crypto
