package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/google/uuid"
)

// Secrets of records. What is made here is shown once; then only its ends are.
const (
	secretPrefix = "bw_"
	secretLength = 40 // base62 characters: 238 bits
	// SealedMask stands for a secret that was typed in.
	SealedMask = "••••••••"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// NewSecret makes a secret that a scanner for leaks recognizes: a prefix, and a
// checksum at its end.
func NewSecret() string {
	var b strings.Builder
	b.WriteString(secretPrefix)
	one := make([]byte, 1)
	for b.Len() < len(secretPrefix)+secretLength {
		rand.Read(one)
		if int(one[0]) < 256/len(base62)*len(base62) { // the rest would favour some characters
			b.WriteByte(base62[int(one[0])%len(base62)])
		}
	}
	return b.String() + checksum(b.String())
}

func checksum(s string) string {
	sum := crc32.ChecksumIEEE([]byte(s))
	out := make([]byte, 6)
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = base62[sum%uint32(len(base62))]
		sum /= uint32(len(base62))
	}
	return string(out)
}

// Masked is a secret's beginning and its last four characters.
func Masked(secret string) string { return secretPrefix + "…" + secret[len(secret)-4:] }

// SecretBox seals what must be readable again, each value for one property of
// one record of one tenant.
type SecretBox struct{ Aead cipher.AEAD }

// NewSecretBox makes the box of an installation's secret.
func NewSecretBox(installation []byte) (SecretBox, error) {
	key, err := hkdf.Key(sha256.New, installation, nil, "record secrets", 32)
	if err != nil {
		return SecretBox{}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return SecretBox{}, err
	}
	aead, err := cipher.NewGCM(block)
	return SecretBox{aead}, err
}

// SealedFor binds what is sealed to its place, so that it opens nowhere else.
func SealedFor(tenant, record uuid.UUID, property string) []byte {
	return []byte(tenant.String() + "/" + record.String() + "/" + property)
}

// Seal closes a text for a place.
func (b SecretBox) Seal(plain string, at []byte) string {
	nonce := make([]byte, b.Aead.NonceSize())
	rand.Read(nonce)
	return base64.StdEncoding.EncodeToString(b.Aead.Seal(nonce, nonce, []byte(plain), at))
}

// Open opens what Seal closed for the same place.
func (b SecretBox) Open(sealed string, at []byte) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < b.Aead.NonceSize() {
		return "", fmt.Errorf("open a sealed secret: malformed")
	}
	plain, err := b.Aead.Open(nil, raw[:b.Aead.NonceSize()], raw[b.Aead.NonceSize():], at)
	if err != nil {
		return "", fmt.Errorf("open a sealed secret: %w", err)
	}
	return string(plain), nil
}
