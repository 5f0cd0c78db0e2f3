package account

import "bailiwick/views/part"

// WelcomePage asks somebody new what they want to set up.
type WelcomePage struct {
	Company  part.Form
	AloneURL string
}
