package page

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/views/part"
	"bailiwick/words"
)

// YesNo is a truth in words.
func YesNo(yes bool) string {
	if yes {
		return "Yes"
	}
	return "No"
}

// BeyondText says what the reader can not give here, and where they lack it.
func (h *Base) BeyondText(c echo.Context, beyond authz.Beyond) string {
	v := guard.Of(c)
	return h.Store.BeyondText(v.Snapshot, v.At, beyond, func(id uuid.UUID) string {
		a, err := h.Store.Account(c.Request().Context(), v.Place.Tenant, id)
		if err != nil {
			return "a sub-account"
		}
		return a.Name
	})
}

// UntilText says when a visit's session ends: "17:40, or 30 minutes without use".
func UntilText(c echo.Context, v *guard.Visit) string {
	text := v.Session.ExpiresAt.In(Zone(c)).Format("15:04")
	if limit := v.IdleLimit(); limit > 0 {
		text += ", or " + MinutesText(limit) + " without use"
	}
	return text
}

// MinutesText is a time of whole minutes as people say it.
func MinutesText(d time.Duration) string {
	hours, minutes := int(d.Hours()), int(d.Minutes())%60
	switch {
	case hours == 0:
		return words.Count(minutes, "minute", "minutes")
	case minutes == 0:
		return words.Count(hours, "hour", "hours")
	}
	return words.Count(hours, "hour", "hours") + " " + words.Count(minutes, "minute", "minutes")
}

// Shared tells whether an account of the kind can have members besides its owner.
func Shared(kind string) bool { return kind == "main" || kind == "sub" }

// CompanyInstead is what somebody does whose personal account can not be shared.
func CompanyInstead() part.Action {
	return part.Action{Text: "Create a company account", URL: "/accounts/new", Icon: "plus", Primary: true}
}

const mixedScripts = "The name or the address mixes letters of several alphabets, which can look like somebody else's. Make sure that it's who you mean."

// OneIf is a truth as a form sends it.
func OneIf(yes bool) string {
	if yes {
		return "1"
	}
	return "0"
}

// ClosedName stands for what is there, and closed to its account.
const ClosedName = "Not available"

// Upper begins a text with a capital letter.
func Upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
