package part

import "testing"

func TestPhoneNumbersOfHeadingsStayWhole(t *testing.T) {
	for title, want := range map[string]string{
		"Call from +44 20 7946 0000 to +1 202-555-0143": "Call from +44\u00a020\u00a07946\u00a00000 to +1\u00a0202-555-0143",
		"Agents of 2026": "Agents of 2026",
	} {
		if got := unbroken(title); got != want {
			t.Errorf("%q is written as %q", title, got)
		}
	}
}
