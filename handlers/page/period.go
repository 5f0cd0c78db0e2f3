package page

import (
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/views/part"
)

// Period is the days that a list is narrowed down to: some that move along with the
// calendar, or those that its reader picked.
type Period struct {
	From, To time.Time // zero for no bound; To is left out
	when     string    // a value of periods
	since    string    // the first of the days that were picked, as the address has it
	till     string    // and the last
}

// CustomDays is the choice of days that the reader picks.
const CustomDays = "custom"

// CustomOption offers them.
var CustomOption = part.Option{Value: CustomDays, Text: "Custom dates"}

var periods = []part.Option{{Value: "today", Text: "Today"}, {Value: "7", Text: "Last 7 days"}, {Value: "30", Text: "Last 30 days"}, {Value: "month", Text: "This month"}, CustomOption}

// AskedPeriod reads what the address or form asks for, in the days of the reader. What can
// not be read is no bound.
func (h *Base) AskedPeriod(c echo.Context) Period {
	q, err := c.FormParams()
	if err != nil {
		return Period{}
	}
	zone := Zone(c)
	p, now := Period{when: q.Get("when")}, h.Store.Now().In(zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	switch p.when {
	case "today":
		p.From, p.To = today, today.AddDate(0, 0, 1)
	case "7", "30":
		days, _ := strconv.Atoi(p.when) // it is one
		p.From, p.To = today.AddDate(0, 0, 1-days), today.AddDate(0, 0, 1)
	case "month":
		p.From = today.AddDate(0, 0, 1-today.Day())
		p.To = p.From.AddDate(0, 1, 0)
	default:
		if p.when != CustomDays && q.Has("when") { // beside days that were picked before
			return Period{}
		}
		days := AskedDays(c)
		if p.when != "" {
			days.when = p.when
		}
		return days
	}
	return p
}

// AskedDays reads the days that the reader picked, and no others.
func AskedDays(c echo.Context) (p Period) {
	zone, ok := Zone(c), false
	if p.From, ok = day(c.FormValue("since"), zone); ok {
		p.when, p.since = CustomDays, c.FormValue("since")
	}
	if p.To, ok = day(c.FormValue("till"), zone); ok {
		p.when, p.till = CustomDays, c.FormValue("till")
		p.To = p.To.AddDate(0, 0, 1)
	}
	return p
}

func day(text string, zone *time.Location) (time.Time, bool) {
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	return t, err == nil
}

// Asked tells whether there is a bound.
func (p Period) Asked() bool { return !p.From.IsZero() || !p.To.IsZero() }

// Pairs are the period as an address has it, with empty ones.
func (p Period) Pairs() []string {
	if p.when == CustomDays {
		return []string{"since", p.since, "till", p.till}
	}
	return []string{"when", p.when}
}

// Filters are the choice of a period, for a time of that name, and the days to pick
// where some are to be picked.
func (p Period) Filters(label string) []part.Field {
	choice := part.Field{Kind: part.Select, Name: "when", ID: "filter-when", Label: label, Value: p.when, Options: append([]part.Option{{Text: label + ": any"}}, periods...)}
	if p.when != CustomDays {
		return []part.Field{choice}
	}
	return append([]part.Field{choice}, p.Days()...)
}

// Days are the fields in which days are picked.
func (p Period) Days() []part.Field {
	return []part.Field{
		{Kind: part.Date, Name: "since", ID: "filter-since", Label: "From", Value: p.since, Max: p.till},
		{Kind: part.Date, Name: "till", ID: "filter-till", Label: "To", Value: p.till, Min: p.since}}
}

// PeriodNames are the parameters that Filters send.
var PeriodNames = []string{"when", "since", "till"}
