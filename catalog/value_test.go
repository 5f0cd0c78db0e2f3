package catalog

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWhatIsTypedBecomesAValueAndIsWrittenTheSame(t *testing.T) {
	c := MustLoad()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		kind, field string
		typed       []string
		want        any
		text        string
	}{
		{"call_list_line", "phone", []string{" +49 (30) 90-1820 "}, "+4930901820", "+4930901820"},
		{"call_list_line", "phone", []string{"030 901820"}, "030 901820", "030 901820"},
		{"call_list_line", "phone", []string{""}, nil, ""},
		{"call_list_line", "phone", nil, nil, ""},
		{"call_list_line", "call_at", []string{"2026-11-21T17:40"}, "2026-11-21T16:40:00Z", "2026-11-21T17:40"},
		{"call_list_line", "call_at", []string{"2026-07-01T12:00:00+00:00"}, "2026-07-01T12:00:00Z", "2026-07-01T14:00"},
		{"call_list_line", "call_at", []string{"tomorrow"}, "tomorrow", "tomorrow"},
		{"call_list_line", "custom", []string{"b = 2\r\n\r\na = x = y\r\n"}, map[string]any{"a": "x = y", "b": "2"}, "a = x = y\nb = 2"},
		{"call_list_line", "custom", []string{`{"a=b": "1", "note": "two\nlines"}`}, map[string]any{"a=b": "1", "note": "two\nlines"}, `{"a=b":"1","note":"two\nlines"}`},
		{"call_list_line", "custom", []string{`{"a": "1"}`}, map[string]any{"a": "1"}, "a = 1"},
		{"call_list_line", "custom", []string{"no value"}, "no value", "no value"},
		{"queue", "priority", []string{"007"}, int64(7), "7"},
		{"queue", "priority", []string{"seven"}, "seven", "seven"},
		{"queue", "skills", []string{"german, french\n latin,,"}, []any{"german", "french", "latin"}, "german, french, latin"},
		{"app_user", "balance", []string{"1.50"}, 1.5, "1.5"},
		{"app_user", "balance", []string{"NaN"}, "NaN", "NaN"},
		{"app_user", "balance", []string{"1e999"}, "1e999", "1e999"},
		{"knowledge_base", "sources", []string{"https://a.example/x,y\nhttps://b.example"}, []any{"https://a.example/x,y", "https://b.example"}, "https://a.example/x,y\nhttps://b.example"},
		{"call_rule", "record", []string{"1"}, true, "yes"},
		{"call_rule", "record", nil, false, "no"},
		{"call_rule", "days", []string{"monday", "friday"}, []any{"monday", "friday"}, "monday, friday"},
		{"network", "network", []string{"192.0.2.7"}, "192.0.2.7/32", "192.0.2.7/32"},
		{"network", "network", []string{"2001:db8::1"}, "2001:db8::1/128", "2001:db8::1/128"},
		{"network", "network", []string{"::ffff:192.0.2.7"}, "192.0.2.7/32", "192.0.2.7/32"},
	} {
		f := c.Kind(x.kind).Field(x.field)
		got := f.Parse(x.typed, berlin)
		if diff := cmp.Diff(x.want, got); diff != "" {
			t.Errorf("%s of %q (-want +got)\n%s", x.field, x.typed, diff)
			continue
		}
		var stored any
		b, _ := json.Marshal(got)
		if err := json.Unmarshal(b, &stored); err != nil {
			t.Fatal(err)
		}
		if text := f.Text(stored, berlin); text != x.text {
			t.Errorf("%s of %q is written %q", x.field, x.typed, text)
		}
	}
}
