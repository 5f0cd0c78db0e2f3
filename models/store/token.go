package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// NewToken is 256 random bits for an address.
func NewToken() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// TokenHash is what the database keeps of a token.
func TokenHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}
