package catalog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRecordsAreCheckedInSentences(t *testing.T) {
	c := MustLoad()
	text := func(n int) string { return strings.Repeat("x", n) }
	for _, x := range []struct {
		name, kind string
		values     map[string]any
		want       map[string]string
	}{
		{"a good application", "application", map[string]any{"name": "Reception"}, nil},
		{"an empty form", "queue", map[string]any{}, map[string]string{
			"name": "Fill this in.", "priority": "Fill this in.", "maximum_wait": "Fill this in.",
		}},
		{"too long", "application", map[string]any{"name": text(66)}, map[string]string{"name": "Use 1 to 65 characters."}},
		{"long without a lower bound", "application", map[string]any{"name": "A", "description": text(501)}, map[string]string{"description": "Use at most 500 characters."}},
		{"a limit where the schema states none", "application", map[string]any{"name": "A", "secret": text(999)}, nil},
		{"too small", "app_user", map[string]any{"name": "edsger", "display_name": "E", "state": "active", "balance": -1}, map[string]string{"balance": "Enter a number of at least 0."}},
		{"out of bounds", "queue", map[string]any{"name": "Sales", "priority": 101, "maximum_wait": 1.5}, map[string]string{
			"priority": "Enter a number from 1 to 100.", "maximum_wait": "Enter a whole number.",
		}},
		{"no such value", "agent", map[string]any{"name": "A", "type": "psychic", "state": "draft"}, map[string]string{"type": "Choose one of: Inbound, Outbound, Widget, Chat."}},
		{"no such property", "application", map[string]any{"name": "A", "tenant_id": "x"}, map[string]string{"tenant_id": "There is no such property; use name, description, secret."}},
		{"a wrong form that says how", "scenario", map[string]any{"name": "a b"}, map[string]string{"name": "Use 1 to 30 letters, digits, dashes or underscores."}},
		{"a number without a country", "call_list_line", map[string]any{"phone": "030901820", "state": "waiting"}, map[string]string{"phone": formatSentences["e164"]}},
		{"a number in its canonical form", "call_list_line", map[string]any{"phone": "+4930901820", "state": "waiting"}, nil},
		{"a number with spaces", "call_list_line", map[string]any{"phone": "+49 30 901820", "state": "waiting"}, map[string]string{"phone": formatSentences["e164"]}},
		{"a network", "network", map[string]any{"network": "192.0.2.0/24", "rule": "allow"}, nil},
		{"an address inside a network", "network", map[string]any{"network": "192.0.2.1/24", "rule": "allow"}, map[string]string{"network": formatSentences["cidr"]}},
		{"a webhook in the clear", "webhook", map[string]any{"url": "http://example.com", "events": []string{"call.ended"}, "state": "enabled"}, map[string]string{"url": "Enter a whole address that begins with https://."}},
		{"a webhook with a password in it", "webhook", map[string]any{"url": "https://a:b@example.com", "events": []string{"call.ended"}, "state": "enabled"}, map[string]string{"url": "Enter a whole address that begins with https://."}},
		{"a script instead of an address", "item", map[string]any{"name": "A", "website": "javascript://example.com/%0aalert(1)"}, map[string]string{"website": formatSentences["uri"]}},
		{"a webhook for nothing", "webhook", map[string]any{"url": "https://example.com", "events": []string{}, "state": "enabled"}, map[string]string{"events": "Enter at least 1 entry."}},
		{"a webhook for the same twice", "webhook", map[string]any{"url": "https://example.com", "events": []string{"call.ended", "call.ended"}, "state": "enabled"}, map[string]string{"events": "Name each only once."}},
		{"a channel by mail", "notification_channel", map[string]any{"name": "A", "type": "email", "address": "ada@example.com", "state": "enabled"}, nil},
		{"a channel to nowhere", "notification_channel", map[string]any{"name": "A", "type": "email", "address": "ada", "state": "enabled"}, map[string]string{"address": "Enter an e-mail address, or a whole address that begins with https://."}},
		{"a moment", "key_value", map[string]any{"key": "a", "value": "b", "expires_at": "tomorrow"}, map[string]string{"expires_at": "Enter a date and a time."}},
		{"a card number as a token", "payment_method", map[string]any{"label": "Visa", "provider": "x", "provider_token": "4111 1111 1111 1111", "state": "active"}, map[string]string{"provider_token": "Enter the token that your payment provider made, of 8 to 200 characters, never a card number."}},
		{"a card number in the label", "payment_method", map[string]any{"label": "Visa 4111-1111-1111-1111", "provider": "x", "provider_token": "pm_1NXwZq2eZ", "state": "active"}, map[string]string{"label": "Use 1 to 100 characters, and no card number."}},
		{"a payment method", "payment_method", map[string]any{"label": "Visa 1111", "provider": "x", "provider_token": "pm_1NXwZq2eZ", "state": "active"}, nil},
		{"a NUL", "application", map[string]any{"name": "a\x00b"}, map[string]string{"name": "Remove the invisible characters."}},
		{"broken text", "application", map[string]any{"name": "a\xffb"}, map[string]string{"name": "Remove the invisible characters."}},
		{"a line break", "application", map[string]any{"name": "A", "description": "one\ntwo"}, nil},
		{"a pattern", "rule", map[string]any{"name": "A", "pattern": "^\\+49(30|89)"}, nil},
		{"a pattern with an open bracket", "rule", map[string]any{"name": "A", "pattern": "("}, map[string]string{"pattern": `Enter a regular expression: "(" has a bracket without its partner.`}},
		{"a pattern with a closing bracket", "rule", map[string]any{"name": "A", "pattern": "49)"}, map[string]string{"pattern": `Enter a regular expression: "49)" closes a bracket that is not open.`}},
		{"a pattern that repeats nothing", "rule", map[string]any{"name": "A", "pattern": "+49"}, map[string]string{"pattern": `Enter a regular expression: "+" repeats nothing.`}},
		{"a pattern that looks ahead", "rule", map[string]any{"name": "A", "pattern": "^(?!112)"}, map[string]string{"pattern": `Enter a regular expression: "(?!" is not supported.`}},
		{"a pattern with an open range", "rule", map[string]any{"name": "A", "pattern": "[0-9"}, map[string]string{"pattern": `Enter a regular expression: "[0-9" has no closing square bracket.`}},
		{"pairs", "number", map[string]any{"number": "+4930901820", "state": "purchased", "parameters": map[string]any{"greeting": "hello"}}, nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			got := c.Kind(x.kind).Check(x.values)
			if len(got) == 0 && len(x.want) == 0 {
				return
			}
			if diff := cmp.Diff(x.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWhatTheCeilingDoesNotHoldIsRefused(t *testing.T) {
	c := MustLoad()
	agent := c.Kind("agent")
	values := map[string]any{"name": "A", "type": "outbound", "state": "draft", "prompt": "Be kind."}
	if got := agent.Uncovered(values, c.AllEntitlements()); len(got) != 0 {
		t.Errorf("a root account is refused: %v", got)
	}
	without := c.AllEntitlements() &^ c.Entitlement("outbound").Bit &^ c.Entitlement("prompt").Bit
	want := map[string]string{"type": "This account can't use Outbound.", "prompt": "This account can't use this."}
	if diff := cmp.Diff(want, agent.Uncovered(values, without)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The properties stand in forms as they stand in the file.
func TestFieldsKeepTheOrderOfTheSchema(t *testing.T) {
	var got []string
	for _, f := range MustLoad().Section("call_downloads").Records.Fields {
		got = append(got, f.Name)
	}
	if diff := cmp.Diff([]string{"name", "from", "to", "format", "application"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
