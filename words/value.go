package words

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/currency"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Phone is a number in E.164 as its country groups it: +44 20 7946 0000. Anything
// else stays as it is.
func Phone(text string) string {
	if !strings.HasPrefix(text, "+") {
		return text
	}
	n, err := phonenumbers.Parse(text, "ZZ")
	if err != nil {
		return text
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}

// IsCurrency tells whether a text is the ISO code of a currency.
func IsCurrency(code string) bool {
	unit, err := currency.ParseISO(code)
	return err == nil && unit.String() == code
}

// Money is an amount in a currency by its ISO code: £1.50, −€0.12; alone where there
// is no code. A part of the
// smallest coin shows, up to four digits, so that a price of €0.0075 is not €0.01.
func Money(amount float64, code string) string {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return strings.TrimSpace(english.Sprintf("%.2f", amount) + " " + code)
	}
	digits, _ := currency.Standard.Rounding(unit)
	exact := math.Pow10(4)
	amount = math.Round(amount*exact) / exact
	if whole := math.Pow10(digits); math.Abs(amount*whole-math.Round(amount*whole)) > 1e-6 {
		digits = 4
	}
	sign := ""
	if amount < 0 {
		sign, amount = "−", -amount
	}
	symbol := english.Sprint(currency.NarrowSymbol(unit))
	if symbol == code {
		symbol += " "
	}
	return sign + symbol + english.Sprintf(fmt.Sprintf("%%.%df", digits), amount)
}

// Duration is how long something takes, in its two largest units: 2 min 6 s.
func Duration(d time.Duration) string {
	if d < 0 {
		return "−" + Duration(-d)
	}
	units := []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}
	for i, u := range units {
		n := d / u.size
		if n == 0 && i < len(units)-1 {
			continue
		}
		text := fmt.Sprintf("%d %s", n, u.name)
		if i+1 < len(units) {
			if rest := (d % u.size) / units[i+1].size; rest > 0 {
				text += fmt.Sprintf(" %d %s", rest, units[i+1].name)
			}
		}
		return text
	}
	return ""
}

// Ago is a time gone by, as people say it while it is near: 3 hours ago, yesterday;
// then its day, and its year where that is another. Both times are in the reader's zone.
func Ago(t, now time.Time) string {
	switch d := now.Sub(t); {
	case d < 0:
		return Moment(t, now)
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return Count(int(d.Minutes()), "minute", "minutes") + " ago"
	case day(t) == day(now) || d < 12*time.Hour:
		return Count(int(d.Hours()), "hour", "hours") + " ago"
	case day(t) == day(now.AddDate(0, 0, -1)):
		return "yesterday, " + t.Format("15:04")
	case d < 7*24*time.Hour:
		return t.Format("Mon, 15:04")
	case t.Year() == now.Year():
		return t.Format("Mon 2 Jan")
	}
	return t.Format("2 Jan 2006")
}

// Moment is a time with its day, where that is not today.
func Moment(t, now time.Time) string {
	switch {
	case day(t) == day(now):
		return t.Format("15:04")
	case t.Year() == now.Year():
		return t.Format("Mon 2 Jan, 15:04")
	}
	return t.Format("Mon 2 Jan 2006, 15:04")
}

// Day is a date without a time: Fri 27 Nov 2026.
func Day(t time.Time) string { return t.Format("Mon 2 Jan 2006") }

func day(t time.Time) string { return t.Format(time.DateOnly) }

// Country is the flag and the English name of a country by its two letters, or the
// letters where no country has them.
func Country(code string) (flag, name string) {
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() || len(code) != 2 {
		return "", code
	}
	for _, letter := range strings.ToUpper(code) {
		flag += string('\U0001F1E6' + letter - 'A')
	}
	return flag, display.English.Regions().Name(region)
}

// Language is the English name of a language by its code, such as de or pt-BR, or the
// code where there is none of it.
func Language(code string) string {
	tag, err := language.Parse(code)
	if err != nil {
		return code
	}
	return cmp.Or(display.English.Tags().Name(tag), code)
}

// LanguageName is a language's code and its English name.
type LanguageName struct{ Code, Name string }

// Languages are those with a code of two letters and what some of them are in different
// countries, by name.
var Languages = sync.OnceValue(func() (all []LanguageName) {
	codes := make([]string, 0, 26*26)
	for a := 'a'; a <= 'z'; a++ {
		for b := 'a'; b <= 'z'; b++ {
			codes = append(codes, string(a)+string(b))
		}
	}
	codes = append(codes, "zh-CN", "zh-HK", "zh-TW") // known to the tables by their scripts alone
	for _, tag := range display.Supported.Tags() {
		if code := tag.String(); len(code) == len("de-AT") {
			most, _ := language.Make(code[:2]).Region()
			codes = append(codes, code, code[:2]+"-"+most.String())
		}
	}
	taken := map[string]bool{}
	for _, code := range codes {
		tag, err := language.Parse(code)
		if err != nil || tag.String() != code { // nobody's, or an older code
			continue
		}
		if name := Language(code); name != code && !taken[name] {
			taken[name] = true
			all = append(all, LanguageName{code, name})
		}
	}
	slices.SortFunc(all, func(a, b LanguageName) int { return cmp.Compare(a.Name, b.Name) })
	return all
})

// Bytes is a size in units of 1,000: 1.2 MB.
func Bytes(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}
	size, i := float64(n), 0
	for ; math.Abs(size) >= 999.5 && i < len(units)-1; i++ {
		size /= 1000
	}
	if i == 0 || math.Abs(size) >= 9.95 {
		return fmt.Sprintf("%.0f %s", size, units[i])
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", size), ".0") + " " + units[i]
}
