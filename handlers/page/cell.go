package page

import (
	"fmt"
	"io"
	"mime/multipart"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/catalog"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/words"
)

// PlainCell takes away what safeCell put there.
func PlainCell(text string) string { return defusedPart.ReplaceAllString(text, "$1$2") }

// Moment is a time to come, with its day.
func Moment(c echo.Context, t, now time.Time) string {
	return words.Moment(t.In(Zone(c)), now.In(Zone(c)))
}

// EmailCell is somebody's address, with a warning where it or their name could
// pass for another.
func EmailCell(name, email string) part.Cell {
	cell := part.Cell{Text: email}
	if store.MixedScripts(name) || store.MixedScripts(email) {
		cell.Badges = []part.Badge{{Text: "Mixed alphabets", Tone: part.Warn}}
		cell.Details = mixedScripts
	}
	return cell
}

// ReadAll is what an uploaded file holds; its size is bounded by the request.
func ReadAll(file *multipart.FileHeader) (string, error) {
	f, err := file.Open()
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	return string(b), err
}

// TimeCell shows a time to the reader as people say it, and exactly on hover.
func (h *Base) TimeCell(c echo.Context, t time.Time) part.Cell {
	return part.Cell{Text: When(c, t, h.Store.Now()), Title: Exact(t.In(Zone(c))), Datetime: t.UTC().Format(time.RFC3339)}
}

// Money is an amount in the currency of the installation.
func (h *Base) Money(amount float64) string { return words.Money(amount, h.Config.Currency) }

// ValueText is a single value of a record's field as people read it, its times in
// a zone.
func (h *Base) ValueText(f *catalog.Field, v any, zone *time.Location) string {
	n, number := v.(float64)
	switch {
	case f.Widget == "money" && number:
		return h.Money(n)
	case f.Widget == "bytes" && number:
		return words.Bytes(int64(n))
	case f.Unit == "seconds" && number:
		return words.Duration(time.Duration(n) * time.Second)
	case f.Format == "e164" || f.Widget == "phone":
		return words.Phone(fmt.Sprint(v))
	case f.Format == "language":
		return words.Language(fmt.Sprint(v))
	case f.Format == "date":
		if t, err := time.Parse(time.DateOnly, fmt.Sprint(v)); err == nil {
			return words.Day(t)
		}
	case f.Format == "date-time":
		if t, err := time.Parse(time.RFC3339, fmt.Sprint(v)); err == nil {
			return Exact(t.In(zone))
		}
	}
	text := f.Text(v, zone)
	if f.Unit != "" {
		text += " " + f.Unit
	}
	return text
}

// Sum is an amount that the database summed, in words like Money's.
func (h *Base) Sum(written string) string {
	amount, _ := strconv.ParseFloat(written, 64) // it writes numbers
	return h.Money(amount)
}
