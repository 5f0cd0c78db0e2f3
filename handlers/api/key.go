package api

import (
	"errors"
	"net/http"

	"bailiwick/models/login"
)

// keyType is the kind of failure of a key.
func keyType(which string) string { return typePrefix + "key-" + which }

// refusals are why a key is not good, as its holder is told.
var refusals = map[login.Why]struct{ kind, title, detail string }{
	login.WhyNoKey:     {"malformed", "Not a key", "This is no key of this installation. Check that it was copied whole."},
	login.WhyUnknown:   {"unknown", "Unknown key", "No key here looks like this."},
	login.WhyDeleted:   {"unknown", "Unknown key", "The key, or what it belonged to, was deleted."},
	login.WhyRevoked:   {"revoked", "Key revoked", "This key was revoked. Use another."},
	login.WhyReplaced:  {"replaced", "Key replaced", "This key was replaced by a new one, and its time is over."},
	login.WhyExpired:   {"expired", "Key expired", "This key has expired. Use another."},
	login.WhyNetwork:   {"network", "Network not allowed", "This key isn't for use from your address."},
	login.WhySuspended: {"suspended", "Suspended", "The service account that this key belongs to is suspended."},
	login.WhyAccount:   {"account", "Account suspended", "The account that this key belongs to, or one above it, is suspended or archived."},
}

func refusal(err error) Problem {
	var r login.Refusal
	errors.As(err, &r)
	says := refusals[r.Why]
	return Problem{Type: keyType(says.kind), Title: says.title, Status: http.StatusUnauthorized, Detail: says.detail}
}
