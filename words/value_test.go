package words

import (
	"testing"
	"time"
)

// says compares what values read as.
func says[T, S comparable](t *testing.T, write func(T) S, want map[T]S) {
	t.Helper()
	for value, text := range want {
		if got := write(value); got != text {
			t.Errorf("%v reads %v, not %v", value, got, text)
		}
	}
}

func TestPhone(t *testing.T) {
	says(t, Phone, map[string]string{
		"+442079460000": "+44 20 7946 0000", "+447700900158": "+44 7700 900158", "+12025550143": "+1 202-555-0143", "+4930901820": "+49 30 901820",
		"Bailiwick": "Bailiwick", "anonymous": "anonymous", "": "", "+": "+", "+999999999999999": "+999999999999999", "sip:ada@example.com": "sip:ada@example.com",
	})
}

func TestMoney(t *testing.T) {
	type sum struct {
		amount float64
		code   string
	}
	says(t, func(s sum) string { return Money(s.amount, s.code) }, map[sum]string{
		{1.5, "GBP"}: "£1.50", {0.12, "EUR"}: "€0.12", {-1234.5, "EUR"}: "−€1,234.50", {0, "USD"}: "$0.00", {0.0075, "EUR"}: "€0.0075", {1500, "JPY"}: "¥1,500",
		{19.99, "CHF"}: "CHF 19.99", {0.1 + 0.2, "EUR"}: "€0.30", {-0.00001, "EUR"}: "€0.00", {2, "none"}: "2.00 none", {1234, ""}: "1,234.00",
	})
}

func TestIsCurrency(t *testing.T) {
	says(t, IsCurrency, map[string]bool{"EUR": true, "GBP": true, "eur": false, "": false, "ZZZ": false, "€": false})
}

func TestDuration(t *testing.T) {
	says(t, Duration, map[time.Duration]string{
		0: "0 s", 59 * time.Second: "59 s", time.Minute: "1 min", 126 * time.Second: "2 min 6 s", time.Hour: "1 h", 3725 * time.Second: "1 h 2 min",
		90000 * time.Second: "1 d 1 h", 24 * time.Hour: "1 d", -61 * time.Second: "−1 min 1 s",
	})
}

func TestAgo(t *testing.T) {
	now := time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC) // a Friday
	says(t, func(d time.Duration) string { return Ago(now.Add(-d), now) }, map[time.Duration]string{
		0: "just now", 59 * time.Second: "just now", time.Minute: "1 minute ago", 59 * time.Minute: "59 minutes ago", time.Hour: "1 hour ago", 3*time.Hour + 59*time.Minute: "3 hours ago",
		18 * time.Hour: "18 hours ago", 19 * time.Hour: "yesterday, 23:00", 42 * time.Hour: "yesterday, 00:00", 43 * time.Hour: "Wed, 23:00", 8 * 24 * time.Hour: "Thu 19 Nov", 400 * 24 * time.Hour: "23 Oct 2025",
		-time.Hour: "19:00", -24 * time.Hour: "Sat 28 Nov, 18:00", -60 * 24 * time.Hour: "Tue 26 Jan 2027, 18:00",
	})
	night := time.Date(2026, 11, 27, 1, 0, 0, 0, time.UTC)
	if got := Ago(night.Add(-2*time.Hour), night); got != "2 hours ago" {
		t.Errorf("before midnight reads %q at one", got)
	}
}

func TestCountry(t *testing.T) {
	for code, want := range map[string][2]string{"DE": {"🇩🇪", "Germany"}, "GB": {"🇬🇧", "United Kingdom"}, "ZZ": {"", "ZZ"}, "": {"", ""}, "nowhere": {"", "nowhere"}, "001": {"", "001"}} {
		if flag, name := Country(code); flag != want[0] || name != want[1] {
			t.Errorf("%q is %q %q", code, flag, name)
		}
	}
}

func TestLanguage(t *testing.T) {
	says(t, Language, map[string]string{"en": "English", "de-AT": "Austrian German", "xx": "xx", "": ""})
}

func TestBytes(t *testing.T) {
	says(t, Bytes, map[int64]string{0: "0 B", 999: "999 B", 1000: "1 kB", 1234: "1.2 kB", 999_500: "1 MB", 12_345_678: "12 MB", 1_200_000_000: "1.2 GB"})
}

func TestLanguages(t *testing.T) {
	codes := map[string]string{}
	last := ""
	for _, l := range Languages() {
		if l.Name <= last || codes[l.Name] != "" || Language(l.Code) != l.Name {
			t.Errorf("%s, %s, stands behind %s", l.Code, l.Name, last)
		}
		codes[l.Name], last = l.Code, l.Name
	}
	for name, code := range map[string]string{"English": "en", "British English": "en-GB", "American English": "en-US", "Austrian German": "de-AT", "Brazilian Portuguese": "pt-BR", "Norwegian Bokmål": "nb", "Chinese (Taiwan)": "zh-TW", "Unknown language": ""} {
		if codes[name] != code {
			t.Errorf("%s is %q", name, codes[name])
		}
	}
	if len(codes) < 200 || len(codes) > 300 {
		t.Errorf("there are %d", len(codes))
	}
}
