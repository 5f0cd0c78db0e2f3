package page

import (
	"encoding/csv"
	"net/http"
	"regexp"

	"github.com/labstack/echo/v4"
)

// sheet writes a CSV file that no spreadsheet takes for a program. Every export
// goes through it.
type sheet struct{ w *csv.Writer }

// NewSheet begins an answer that browsers save as a CSV file.
func NewSheet(c echo.Context, name string) sheet {
	head := c.Response().Header()
	head.Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	head.Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return sheet{csv.NewWriter(c.Response())}
}

// Line writes one line. An answer that breaks off is aborted, so that half a
// file is not taken for a whole one.
func (s sheet) Line(cells ...string) {
	safe := make([]string, len(cells))
	for i, text := range cells {
		safe[i] = safeCell(text)
	}
	if s.w.Write(safe) != nil {
		panic(http.ErrAbortHandler)
	}
}

// End sends what is left of the sheet.
func (s sheet) End() error {
	s.w.Flush()
	return s.w.Error()
}

// The signs that begin a formula in some spreadsheet, with their full-width and
// small forms, behind whatever one skips: blanks, quotation marks and characters
// that can not be seen. Spreadsheets may split a cell at the separators too.
const formula = `[\p{Z}\p{M}\p{Cf}\x{2028}\x{2029}\x{115F}\x{1160}\x{3164}\x{FFA0}\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F"“”„«»]*[=+\-@＝＋－＠﹢﹣﹦﹫−]`

var (
	unsafePart   = regexp.MustCompile(`(^|[;\t\r\n])('*` + formula + `)`)
	defusedPart  = regexp.MustCompile(`(^|[;\t\r\n])'('*` + formula + `)`)
	decimalValue = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
)

// safeCell keeps spreadsheets from running a cell, or a part of it, as a formula
// (OWASP, CSV injection): an apostrophe stands before what would begin one. Plain
// numbers are none.
func safeCell(text string) string {
	if decimalValue.MatchString(text) {
		return text
	}
	return unsafePart.ReplaceAllString(text, "$1'$2")
}
