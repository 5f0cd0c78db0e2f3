package page

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/handlers/guard"
)

// Link is an address for people, built from the configured one.
func (h *Base) Link(path string) string { return h.Config.PublicURL.JoinPath(path).String() }

const (
	MailboxPath    = "/operator/mail"
	MailLimitsPath = "/operator/mail-limits"
)

// SearchPath is where one looks for what one may open; below an account too.
const SearchPath = "/search"

// WelcomePath is where somebody new says what they want to set up.
const WelcomePath = "/welcome"

// LeavePath is where one leaves an account.
func LeavePath(account uuid.UUID) string { return "/accounts/" + account.String() + "/leave" }

// AlertsPath is the page of what happened for oneself.
const AlertsPath = "/alerts"

// PasskeysPath is the page of one's own passkeys.
const PasskeysPath = "/passkeys"

// PasswordPath is the page of one's own password.
const PasswordPath = "/password"

// TimelessPath is the page of timeless accounts in the account of the visit.
func TimelessPath(c echo.Context, parts ...string) string {
	return AccountPath(guard.Of(c).Place.Account, append([]string{"/timeless-accounts"}, parts...)...)
}

// TwoStepPath is the page of one's own second step.
const TwoStepPath = "/two-step"

func networksPath(account uuid.UUID) string {
	return AccountPath(account, "/settings/security/allowed")
}

const (
	Get  = http.MethodGet
	Post = http.MethodPost
)
