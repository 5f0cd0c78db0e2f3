package program

import (
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"bailiwick/models/login"
)

func TestAKeyIsFoundByScannersAndSlipsAreNot(t *testing.T) {
	secret, hint := newSecret("live")
	if !wellFormed(secret, "live") || !strings.HasPrefix(secret, hint) || len(secret) != len("bw_live_")+randomSize+checksumSize || len(hint) != len("bw_live_")+hintSize {
		t.Fatalf("the key is %s and begins with %s", secret, hint)
	}
	for i := range secret {
		for _, c := range []byte{'0', 'z', '_', 0} {
			if slip := secret[:i] + string(c) + secret[i+1:]; slip != secret && wellFormed(slip, "live") {
				t.Errorf("a slip at %d goes unnoticed", i)
			}
		}
	}
	for _, other := range []string{"", "bw_live_", secret + "0", secret[1:], " " + secret, strings.ToLower(secret)} {
		if other != secret && wellFormed(other, "live") {
			t.Errorf("%q is taken for a key", other)
		}
	}
	if wellFormed(secret, "demo") {
		t.Error("a key of another environment is taken for one of this")
	}
	again, _ := newSecret("live")
	if again == secret {
		t.Error("two keys are the same")
	}
}

func TestAKeyIsGoodUntilItEndsIsRevokedOrReplaced(t *testing.T) {
	now := time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)
	hash, before := []byte("new"), []byte("old")
	later, earlier := now.Add(time.Second), now
	for what, x := range map[string]struct {
		key     Key
		hash    []byte
		address string
		want    login.Why
	}{
		"good":                         {Key{Hash: hash}, hash, "192.0.2.7", ""},
		"for a second":                 {Key{Hash: hash, ExpiresAt: &later}, hash, "192.0.2.7", ""},
		"expired":                      {Key{Hash: hash, ExpiresAt: &earlier}, hash, "192.0.2.7", login.WhyExpired},
		"revoked":                      {Key{Hash: hash, RevokedAt: &earlier}, hash, "192.0.2.7", login.WhyRevoked},
		"replaced, with an overlap":    {Key{Hash: hash, PreviousHash: before, PreviousUntil: &later}, before, "192.0.2.7", ""},
		"replaced":                     {Key{Hash: hash, PreviousHash: before, PreviousUntil: &earlier}, before, "192.0.2.7", login.WhyReplaced},
		"another":                      {Key{Hash: hash}, before, "192.0.2.7", login.WhyReplaced},
		"from its network":             {Key{Hash: hash, Networks: []string{"192.0.2.0/24"}}, hash, "192.0.2.7", ""},
		"from its network, as IPv6":    {Key{Hash: hash, Networks: []string{"192.0.2.0/24"}}, hash, "::ffff:192.0.2.7", ""},
		"from elsewhere":               {Key{Hash: hash, Networks: []string{"192.0.2.0/24"}}, hash, "198.51.100.7", login.WhyNetwork},
		"from an address that is none": {Key{Hash: hash, Networks: []string{"0.0.0.0/0"}}, hash, "nowhere", login.WhyNetwork},
	} {
		if got := x.key.refusal(x.hash, x.address, now); got != x.want {
			t.Errorf("a key that is %s: %q, not %q", what, got, x.want)
		}
	}
}

// The check of a key, but for its query, beside the SHA-256 that it can't do without.
func BenchmarkKeyCheck(b *testing.B) {
	secret, _ := newSecret("live")
	key := Key{Hash: hashOf(secret), Networks: []string{"192.0.2.0/24", "198.51.100.0/24"}}
	now := time.Now()
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			hash := sha256.Sum256([]byte(secret))
			if !wellFormed(secret, "live") || key.refusal(hash[:], "198.51.100.7", now) != "" {
				b.Fatal("refused")
			}
		}
	})
	b.Run("sha256", func(b *testing.B) {
		for b.Loop() {
			sha256.Sum256([]byte(secret))
		}
	})
}

func hashOf(secret string) []byte {
	hash := sha256.Sum256([]byte(secret))
	return hash[:]
}
