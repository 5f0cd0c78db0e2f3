package login

import (
	"bailiwick/views/part"
)

// PasskeySignIn is the way in by a passkey, shown where the browser has them for RP.
// POST /sign-in/passkey with challenge, credential and return; the script fills the first two.
type PasskeySignIn struct {
	Token string
	RP    string // the name that passkeys are made for
}

// PasskeyOfferPage lets the browser make a passkey.
// POST with name, challenge and credential; the script fills the last two.
type PasskeyOfferPage struct {
	Frame   part.Frame
	Header  part.Header
	RP      string
	Action  string
	Cancel  string
	Name    string
	Options string // JSON: challenge, and options as WebAuthn's creation options
}
