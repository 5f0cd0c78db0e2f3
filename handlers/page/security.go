package page

import (
	"strings"

	"bailiwick/handlers/guard"
	"bailiwick/views/part"
)

// IdleLimitPath is the page of the idle limit.
func IdleLimitPath(v *guard.Visit) string {
	return AccountPath(v.Place.Account, "/settings/security/idle-limit")
}

// SignInsPath is the page of sign-ins.
func SignInsPath(v *guard.Visit) string {
	return AccountPath(v.Place.Account, "/settings/security/sign-ins")
}

// TwoStepRulePath is the page of the two-step rule.
func TwoStepRulePath(v *guard.Visit) string {
	return AccountPath(v.Place.Account, "/settings/security/two-step")
}

// SecurityLink leads to the first page of Security.
func SecurityLink(v *guard.Visit) part.Link {
	return part.Link{Text: "Security", URL: networksPath(v.Place.Account)}
}

// securityTabs are the pages of Security; the current one is that which the path
// is of, or below.
func securityTabs(v *guard.Visit, path string) []part.Tab {
	all := []part.Tab{
		{Text: "Networks", URL: SecurityLink(v).URL}, {Text: "Two-step sign-in", URL: TwoStepRulePath(v)}, {Text: "Idle limit", URL: IdleLimitPath(v)}, {Text: "Sign-ins", URL: SignInsPath(v)},
	}
	for i := range all {
		all[i].Current = path == all[i].URL || strings.HasPrefix(path, all[i].URL+"/")
	}
	return all
}
