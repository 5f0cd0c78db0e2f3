package login

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"bailiwick/models/store"
)

// The bounds of a password, in characters and in bytes (OWASP ASVS 5.0, 6.2).
const (
	MinPassword      = 12
	maxPasswordBytes = 256
)

//go:embed common_passwords.txt
var commonList []byte

var common = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for sc := bufio.NewScanner(bytes.NewReader(commonList)); sc.Scan(); {
		all[sc.Text()] = true
	}
	return all
})

// CheckPassword says what is wrong with a password, or nothing. The words are
// the login's and the account's own, which it must not be made of.
func CheckPassword(password string, words ...string) string {
	low := strings.ToLower(password)
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return "Use readable characters."
	case n < MinPassword:
		return fmt.Sprintf("Use at least %d characters. A few words are easier to remember than symbols.", MinPassword)
	case len(password) > maxPasswordBytes:
		return fmt.Sprintf("Use at most %d bytes.", maxPasswordBytes)
	case common()[low] || repeats(low):
		return "This password is among the first that attackers try. Choose another."
	}
	rest := low
	for _, piece := range pieces(words) {
		rest = strings.ReplaceAll(rest, piece, "")
	}
	if rest != low && utf8.RuneCountInString(rest) < 6 {
		return "This password is made of your name, address or account. Choose another."
	}
	return ""
}

// pieces are words and their parts in lower case, longest first, without those
// too short to give a password away.
func pieces(words []string) (all []string) {
	for _, w := range words {
		w = strings.ToLower(strings.TrimSpace(w))
		all = append(append(all, w), strings.FieldsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
	}
	all = slices.DeleteFunc(all, func(s string) bool { return utf8.RuneCountInString(s) < 4 })
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

// repeats tells whether s is one short piece over and over.
func repeats(s string) bool {
	for n := 1; n <= 3 && n < len(s); n++ {
		if strings.Repeat(s[:n], len(s)/n+1)[:len(s)] == s {
			return true
		}
	}
	return false
}

// Hash makes the stored form of a password, a few at a time so that a flood of
// sign-ins can not take the memory. ErrCrowded where too many wait already.
func (s *Store) Hash(ctx context.Context, password string) (string, error) {
	leave, err := s.store.Hashing.EnterToRest(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	var h string
	aside(func() { h, err = argon2id.CreateHash(password, &s.hashing) })
	return h, err
}

// Matches compares, in the time of one hash whether or not there is one; nil
// where the password is right, ErrSignIn where it is not, ErrCrowded where
// nobody looked.
func (s *Store) Matches(ctx context.Context, password, hash string) error {
	leave, err := s.store.Hashing.EnterToRest(ctx)
	if err != nil {
		return err
	}
	defer leave()
	known := hash != ""
	if !known {
		hash = s.nobody()
	}
	var ok bool
	aside(func() { ok, err = argon2id.ComparePasswordAndHash(password, hash) })
	if !ok || err != nil || !known {
		return store.ErrSignIn
	}
	return nil
}

// Rehash tells whether a stored hash was made with other parameters than those of now.
func (s *Store) Rehash(hash string) bool {
	p, _, _, err := argon2id.DecodeHash(hash)
	return err == nil && *p != s.hashing
}
