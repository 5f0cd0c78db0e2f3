package page

import (
	"io"
	"mime/multipart"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/models/store"
	"bailiwick/views/part"
)

// PlainCell takes away what safeCell put there.
func PlainCell(text string) string { return defusedPart.ReplaceAllString(text, "$1$2") }

// Moment is a time to come, with its day.
func Moment(c echo.Context, t, now time.Time) string {
	if t = t.In(Zone(c)); t.Year() == now.In(t.Location()).Year() {
		return t.Format("Mon 2 Jan, 15:04")
	}
	return t.Format("Mon 2 Jan 2006, 15:04")
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

// TimeCell shows a time to the reader, near ones in words.
func (h *Base) TimeCell(c echo.Context, t time.Time) part.Cell {
	return part.Cell{Text: When(c, t, h.Store.Now()), Title: Exact(t.In(Zone(c)))}
}
