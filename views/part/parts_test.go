package part

import (
	"strings"
	"testing"
)

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

func TestAddressesOfHeadingsBreakBetweenTheirParts(t *testing.T) {
	for title, want := range map[string]string{
		"Webhook to https://hooks.example.com/v1/alerts?to=a&by=b": "Webhook to https://<wbr>hooks.<wbr>example.<wbr>com/<wbr>v1/<wbr>alerts?<wbr>to=<wbr>a&amp;<wbr>by=<wbr>b",
		"Webhook to https://hooks.example.com/":                    "Webhook to https://<wbr>hooks.<wbr>example.<wbr>com/",
		"Webhook to https://example.com/":                          "Webhook to https://example.com/",
		"Edit ada.lovelace@example.com?":                           "Edit ada.<wbr>lovelace@<wbr>example.<wbr>com?",
		"https://<b>.example/\"a title\"":                          "https://&lt;b&gt;.example/&#34;a title&#34;",
		"https://<b>.example/\"hi\"&c":                             "https://<wbr>&lt;b&gt;.<wbr>example/<wbr>&#34;hi&#34;&amp;<wbr>c",
		"Delete <script>alert(1)</script>?":                        "Delete &lt;script&gt;alert(1)&lt;/script&gt;?",
		"Call to +44 20 7946 0000":                                 "Call to +44\u00a020\u00a07946\u00a00000",
		"Version 1.2 and/or 3 calls a day. Not more":               "Version 1.2 and/or 3 calls a day. Not more",
		"": "",
	} {
		var html strings.Builder
		if err := heading(title).Render(t.Context(), &html); err != nil {
			t.Fatal(err)
		}
		if want = "<span>" + strings.ReplaceAll(want, "<wbr>", `<wbr aria-hidden="true">`) + "</span>"; html.String() != want {
			t.Errorf("%q is written as %s, not %s", title, html.String(), want)
		}
	}
}
