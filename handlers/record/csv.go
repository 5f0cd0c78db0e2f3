package record

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/catalog"
	"bailiwick/handlers/page"
	"bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/words"
)

// exportPage is how many records the export reads at once.
const exportPage = 1000

// ExportRecords sends what the list shows, all pages of it, as CSV.
func (h *Handlers) ExportRecords(rv Visit) error {
	ctx, asked := rv.Request().Context(), h.readList(rv)
	q := rv.query(asked)
	q.Limit = exportPage
	l, err := h.Store.Records(ctx, rv.grant, rv.At, q)
	if err != nil {
		return err
	}
	columns := columnsOf(rv, asked)
	header := make([]string, len(columns))
	for i, name := range columns {
		header[i] = propertyTitle(rv.kind, name)
	}
	if rv.showsSource(asked) {
		header = append(header, "Account")
	}
	w := page.NewSheet(rv.Context, strings.ReplaceAll(rv.records.Plural, " ", "-")+".csv")
	w.Line(header...)
	for {
		for _, r := range l.Records {
			row := make([]string, 0, len(header))
			for _, name := range columns {
				row = append(row, h.csvCell(rv, name, r, l.Names))
			}
			if rv.showsSource(asked) {
				row = append(row, l.From(r).Name)
			}
			w.Line(row...)
		}
		if l.Next == "" {
			break
		}
		q.After = l.Next
		if l, err = h.Store.Records(ctx, rv.grant, rv.At, q); err != nil {
			// The line is broken off, so that half a file is not taken for a whole one.
			panic(http.ErrAbortHandler)
		}
	}
	return w.End()
}

func (h *Handlers) csvCell(rv Visit, name string, r record.Record, names map[uuid.UUID]record.Named) string {
	switch name {
	case "created_at":
		return r.CreatedAt.UTC().Format(time.RFC3339)
	case "updated_at":
		return r.UpdatedAt.UTC().Format(time.RFC3339)
	}
	f := rv.kind.Field(name)
	v := r.Values[name]
	switch {
	case v == nil || !rv.open(r, f):
		return ""
	case f.Ref != nil:
		return h.refCell(rv, f, r, names).Text
	case f.Format == "date-time":
		return fmt.Sprint(v)
	}
	return f.Text(v, time.UTC)
}

// maxReported is how many refused lines a report shows.
const maxReported = 50

// importRecords makes records of the lines of a CSV text or file, and reports
// those that it left out.
func (h *Handlers) importRecords(rv Visit) error {
	typed := rv.FormValue("csv")
	text, err := importText(rv, typed)
	if err != nil {
		return err
	}
	lines, unread, err := readLines(rv, h.shownFields(rv, rv.records.Fields), text)
	var wrong store.Problems
	if errors.As(err, &wrong) {
		return h.importForm(rv, http.StatusUnprocessableEntity, typed, nil, wrong[""])
	}
	onlyCheck := rv.FormValue("check") != ""
	if err != nil {
		return err
	}
	var values []map[string]any
	var readable []int // the places of values in lines
	refused := map[int]store.Problems{}
	for i, l := range lines {
		if l.wrong != "" {
			refused[i] = store.Problems{"": l.wrong}
			continue
		}
		values, readable = append(values, l.values), append(readable, i)
	}
	did, err := h.Store.AppendRecords(rv.Request().Context(), rv.grant, rv.At, values, onlyCheck)
	if wrong, ok := page.Problems(err); ok {
		return h.importForm(rv, http.StatusUnprocessableEntity, typed, nil, page.Sentences(wrong))
	}
	if err != nil {
		return err
	}
	for i, p := range did.Wrong {
		refused[readable[i]] = p
	}
	for i, first := range did.Twice {
		sentence := "This list already has it."
		if first >= 0 {
			sentence = fmt.Sprintf("Line %d is the same.", lines[readable[first]].number)
		}
		refused[readable[i]] = store.Problems{"": sentence}
	}
	if len(refused) == 0 && !onlyCheck {
		h.Say(rv.Context, strings.TrimSpace(counted(did.Added, rv.records)+" added. "+unread))
		return page.Done(rv.Context, rv.listURL())
	}
	report := &part.Report{Tone: part.Warn, Text: fmt.Sprintf("%s added, %s skipped.", counted(did.Added, rv.records), words.Number(len(refused)))}
	if onlyCheck {
		report.Text = fmt.Sprintf("%s can be added, %s would be skipped. Nothing is added yet.", counted(did.Added, rv.records), words.Number(len(refused)))
	}
	if len(refused) == 0 {
		report.Tone = part.Good
	}
	report.Text = strings.TrimSpace(report.Text + " " + unread)
	for i, l := range lines {
		p, bad := refused[i]
		switch {
		case !bad:
		case len(report.Rows) == maxReported:
			report.More = "and " + words.Number(len(refused)-maxReported) + " more"
		default:
			report.Rows = append(report.Rows, part.ReportRow{Line: l.number, Text: l.text, Problem: reasons(rv.kind, p)})
		}
	}
	status := http.StatusOK
	if did.Added == 0 {
		status = http.StatusUnprocessableEntity
	}
	if !onlyCheck {
		text = ""
	}
	return h.importForm(rv, status, text, report, "")
}

// reasons are problems in one text, each with its field.
func reasons(kind *catalog.Kind, p store.Problems) string {
	return leftOver(kind, p, nil)
}

func importText(rv Visit, typed string) (string, error) {
	file, err := rv.FormFile("file")
	switch {
	case errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) || err == nil && file.Size == 0:
		return typed, nil
	case err != nil:
		return "", echo.ErrBadRequest
	}
	return page.ReadAll(file)
}

// importLine is one line of a CSV text.
type importLine struct {
	number int // in the text, from 1
	text   string
	values map[string]any
	wrong  string // why it could not even be read
}

// readLines reads CSV. The first line names the columns; those that are no
// property become pairs of the first property that holds some. Columns that an
// export has and nobody types are not read, and unread says so.
func readLines(rv Visit, fields []*catalog.Field, text string) (lines []importLine, unread string, err error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	if first, _, _ := strings.Cut(text, "\n"); strings.Count(first, ";") > strings.Count(first, ",") {
		r.Comma = ';'
	}
	head, err := r.Read()
	if err != nil {
		return nil, "", store.Problems{"": "Enter at least a line that names the columns, and one line below it."}
	}
	byColumn, skip := make([]*catalog.Field, len(head)), make([]bool, len(head))
	var skipped []string
	var pairs *catalog.Field
	for _, f := range fields {
		if f.Type == "object" && pairs == nil {
			pairs = f
		}
	}
	for i, name := range head {
		head[i] = strings.TrimSpace(name)
		at := slices.IndexFunc(fields, func(f *catalog.Field) bool {
			return strings.EqualFold(f.Name, head[i]) || strings.EqualFold(f.Title, head[i])
		})
		switch {
		case at >= 0:
			byColumn[i] = fields[at]
		case exportOnly(rv.kind, head[i]):
			skip[i], skipped = true, append(skipped, head[i])
		case pairs == nil || head[i] == "":
			return nil, "", store.Problems{"": fmt.Sprintf("The column %q is not known.", head[i])}
		}
	}
	for _, f := range fields {
		if f.Required && f.Default == nil && !slices.Contains(byColumn, f) {
			return nil, "", store.Problems{"": fmt.Sprintf("The first line must name the columns; %s is missing.", f.Name)}
		}
	}
	switch len(skipped) {
	case 0:
	case 1:
		unread = fmt.Sprintf("The column %s is kept by the panel and was not read; rename it to bring it along as data.", skipped[0])
	default:
		unread = fmt.Sprintf("The columns %s and %s are kept by the panel and were not read; rename them to bring them along as data.",
			strings.Join(skipped[:len(skipped)-1], ", "), skipped[len(skipped)-1])
	}
	for {
		cells, err := r.Read()
		if err == io.EOF {
			break
		}
		if len(lines) > record.MaxImport {
			return nil, "", store.Problems{"": "Bring at most " + words.Number(record.MaxImport) + " lines at once."}
		}
		l := importLine{text: strings.Join(cells, ", "), values: map[string]any{}}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			l.number, l.wrong = parse.StartLine, "This is no line of CSV: "+parse.Err.Error()+"."
			lines = append(lines, l)
			continue
		}
		if err != nil {
			return nil, "", err
		}
		l.number, _ = r.FieldPos(0)
		l.fill(rv, head, byColumn, skip, pairs, cells)
		lines = append(lines, l)
	}
	if len(lines) == 0 {
		return nil, "", store.Problems{"": "Enter at least one line below the one that names the columns."}
	}
	return lines, unread, nil
}

// exportOnly tells whether a column is one of an export that no form has.
func exportOnly(kind *catalog.Kind, column string) bool {
	for _, f := range kind.Fields {
		if !f.Writable() && (strings.EqualFold(f.Name, column) || strings.EqualFold(f.Title, column)) {
			return true
		}
	}
	return column == propertyTitle(kind, "created_at") || column == propertyTitle(kind, "updated_at")
}

func (l *importLine) fill(rv Visit, head []string, byColumn []*catalog.Field, skip []bool, pairs *catalog.Field, cells []string) {
	if len(cells) > len(head) {
		l.wrong = fmt.Sprintf("It has %d cells, the first line names %d.", len(cells), len(head))
	}
	custom := map[string]any{}
	for i, cell := range cells {
		if i >= len(head) {
			break
		}
		if skip[i] {
			continue
		}
		cell = page.PlainCell(cell)
		if f := byColumn[i]; f == nil {
			if cell != "" {
				custom[head[i]] = cell
			}
		} else if v := f.Parse([]string{cell}, page.Zone(rv.Context)); v != nil {
			l.values[f.Name] = v
		}
	}
	if len(custom) > 0 {
		if given, ok := l.values[pairs.Name].(map[string]any); ok {
			for k, v := range given {
				custom[k] = v
			}
		}
		l.values[pairs.Name] = custom
	}
}
