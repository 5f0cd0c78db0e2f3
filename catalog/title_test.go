package catalog

import "testing"

// What a record is called leaves out what it does not know.
func TestATitleLeavesOutWhatIsMissing(t *testing.T) {
	kind := MustLoad().Kind("sms")
	for want, values := range map[string]map[string]string{
		"Message from Bailiwick to +49 30 901820": {"from": "Bailiwick", "to": "+49 30 901820"},
		"Message to +49 30 901820":                {"to": "+49 30 901820"},
		"Message":                                 {},
	} {
		if got := kind.Title(func(f *Field) string { return values[f.Name] }); got != want {
			t.Errorf("%v is called %q, not %q", values, got, want)
		}
	}
	if got := MustLoad().Kind("contact").Title(func(*Field) string { return "Hopper" }); got != "Hopper" {
		t.Errorf("without a title of its kind a contact is called %q", got)
	}
}
