package page

import (
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

// SecurityTabs are the pages of Security.
func SecurityTabs(v *guard.Visit, current string) []part.Tab {
	all := []part.Tab{
		{Text: "Networks", URL: SecurityLink(v).URL}, {Text: "Two-step sign-in", URL: TwoStepRulePath(v)}, {Text: "Idle limit", URL: IdleLimitPath(v)}, {Text: "Sign-ins", URL: SignInsPath(v)},
	}
	for i := range all {
		all[i].Current = all[i].Text == current
	}
	return all
}
