package models

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/google/uuid"

	"bailiwick/catalog"
)

// Secrets of records. What is made here is shown once; then only its ends are.
const (
	secretPrefix = "bw_"
	secretLength = 40 // base62 characters: 238 bits
	// SealedMask stands for a secret that was typed in.
	SealedMask = "••••••••"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newSecret makes a secret that a scanner for leaks recognizes: a prefix, and a
// checksum at its end.
func newSecret() string {
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

// masked is a secret's beginning and its last four characters.
func masked(secret string) string { return secretPrefix + "…" + secret[len(secret)-4:] }

// secretBox seals what must be readable again, each value for one property of
// one record of one tenant.
type secretBox struct{ aead cipher.AEAD }

func newSecretBox(installation []byte) (secretBox, error) {
	key, err := hkdf.Key(sha256.New, installation, nil, "record secrets", 32)
	if err != nil {
		return secretBox{}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return secretBox{}, err
	}
	aead, err := cipher.NewGCM(block)
	return secretBox{aead}, err
}

func sealedFor(tenant, record uuid.UUID, property string) []byte {
	return []byte(tenant.String() + "/" + record.String() + "/" + property)
}

func (b secretBox) seal(plain string, at []byte) string {
	nonce := make([]byte, b.aead.NonceSize())
	rand.Read(nonce)
	return base64.StdEncoding.EncodeToString(b.aead.Seal(nonce, nonce, []byte(plain), at))
}

func (b secretBox) open(sealed string, at []byte) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < b.aead.NonceSize() {
		return "", fmt.Errorf("open a sealed secret: malformed")
	}
	plain, err := b.aead.Open(nil, raw[:b.aead.NonceSize()], raw[b.aead.NonceSize():], at)
	if err != nil {
		return "", fmt.Errorf("open a sealed secret: %w", err)
	}
	return string(plain), nil
}

// storedSecret is one property of the column secrets.
type storedSecret struct {
	Hash   string `json:"hash,omitempty"`   // SHA-256 in hex, to compare what comes back to us
	Sealed string `json:"sealed,omitempty"` // to be opened when we need it
	// Before is what it replaced, where that was to count for a while.
	Before *formerSecret `json:"before,omitempty"`
}

// keepSecrets moves the secrets among a record's values to where they are kept
// and leaves masks in their place. It makes those that are missing and made
// here, and gives them, to be shown once.
func (s *Store) keepSecrets(r *Record, kind *catalog.Kind) (shown map[string]string, err error) {
	var box secretBox
	for _, f := range kind.Fields {
		if f.Secret == "" {
			continue
		}
		if box.aead == nil {
			if box, err = newSecretBox(s.secret); err != nil {
				return nil, err
			}
		}
		at := sealedFor(r.TenantID, r.ID, f.Name)
		typed, _ := r.Values[f.Name].(string)
		_, kept := r.secrets[f.Name]
		switch f.Secret {
		case catalog.Generated, catalog.Signing:
			if kept {
				continue
			}
			secret := newSecret()
			if shown == nil {
				shown = map[string]string{}
			}
			shown[f.Name], r.Values[f.Name] = secret, masked(secret)
			if f.Secret == catalog.Signing {
				r.secrets[f.Name] = storedSecret{Sealed: box.seal(secret, at)}
				continue
			}
			h := sha256.Sum256([]byte(secret))
			r.secrets[f.Name] = storedSecret{Hash: hex.EncodeToString(h[:])}
		case catalog.Sealed:
			if typed == "" || typed == SealedMask {
				continue
			}
			r.secrets[f.Name] = storedSecret{Sealed: box.seal(typed, at)}
			r.Values[f.Name] = SealedMask
		}
	}
	return shown, nil
}
