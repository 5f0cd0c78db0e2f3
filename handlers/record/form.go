package record

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/catalog"
	"bailiwick/handlers/page"
	records "bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

// formInput is what was typed into a record's form, and what came of it.
type formInput struct {
	page    string     // the address of the form
	typed   url.Values // nil where nothing was
	find    string     // the field whose choices were searched instead of sending the form
	values  map[string]any
	wrong   store.Problems
	version int64 // the record's, on which an edit stands
	theirs  *records.Record
}

// conflict gives the record as somebody else left it.
func conflict(err error) (*records.Record, bool) {
	var c *records.Conflict
	if !errors.As(err, &c) {
		return nil, false
	}
	return &c.Theirs, true
}

// shownFields are the fields of a form that this account and person have.
func (h *Handlers) shownFields(rv Visit, fields []*catalog.Field) (shown []*catalog.Field) {
	v := rv.Visit
	ceiling := v.Snapshot.Ceiling(v.At)
	for _, f := range fields {
		within := f == rv.kind.Parent && rv.section.Inside != nil
		if !within && ceiling.Covers(f.Needs) && (f.Permission == 0 || v.May.Has(f.Permission)) {
			shown = append(shown, f)
		}
	}
	return shown
}

// readForm reads the fields that are shown. Any other name that was sent is
// refused, so that nothing is believed to be saved that is not.
func readForm(rv Visit, fields []*catalog.Field) (formInput, error) {
	typed, err := rv.FormParams()
	if err != nil {
		return formInput{}, echo.ErrBadRequest
	}
	in := formInput{typed: typed, find: typed.Get("find"), values: map[string]any{}}
	for _, f := range fields {
		value := f.Parse(typed[f.Name], page.Zone(rv.Context))
		if value == nil || f.Secret == catalog.Sealed && value == "" {
			continue
		}
		in.values[f.Name] = value
	}
	for name := range typed {
		f := rv.kind.Field(name)
		if f == nil || slices.Contains(fields, f) {
			continue
		}
		if value := f.Parse(typed[name], page.Zone(rv.Context)); value != nil {
			in.values[name] = value // which the store refuses with a sentence
		}
	}
	return in, nil
}

// recordForm is the form of a new record, or of r.
func (h *Handlers) recordForm(rv Visit, status int, r *records.Record, in formInput) error {
	values := map[string]any{}
	p := part.FormPage{Header: part.Header{Title: rv.records.Add}}
	p.Form = part.Form{Action: rv.listURL(), Cancel: rv.listURL(), Submit: rv.records.Add}
	in.page = rv.listURL() + "/new"
	if r == nil {
		p.Frame = h.recordFrame(rv, p.Header.Title, h.listLink(rv))
	} else {
		values = r.Values
		one := rv.url(rv.records.OnePath(), *r)
		p.Header.Title = "Edit " + h.called(rv, *r)
		p.Form.Action, p.Form.Cancel, p.Form.Submit = one+"/edit", one, "Save"
		in.page = p.Form.Action
		p.Form.Hidden = []part.Pair{{Name: "version", Value: fmt.Sprint(in.version)}}
		p.Frame = h.frameOfOne(rv, p.Header.Title, "Edit", *r)
	}
	p.Form.Token = p.Frame.Token
	var err error
	fields := h.shownFields(rv, rv.records.Fields)
	if p.Form.Fields, err = h.formFields(rv, fields, values, in, rv.records.Required); err != nil {
		return err
	}
	for i := range p.Form.Fields {
		if f := rv.kind.Field(p.Form.Fields[i].Name); r != nil && f != nil && f.Secret == catalog.Sealed {
			p.Form.Fields[i].Help += " Leave it empty to keep the current one."
		}
	}
	p.Form.Fields = append(p.Form.Fields, h.recordProof(rv, in.wrong)...)
	p.Form.Problem = leftOver(rv.kind, in.wrong, p.Form.Fields)
	if p.Beside, err = h.besideForm(rv, r); err != nil {
		return err
	}
	if in.theirs != nil {
		p.Form.Submit = "Overwrite"
		p.Conflict = h.conflictBox(rv, fields, in)
	}
	return page.Render(rv.Context, status, record.FormOn(p))
}

// besideForm says what the records of a section are for, and whom a change of one
// concerns.
func (h *Handlers) besideForm(rv Visit, r *records.Record) (*part.Beside, error) {
	if r == nil {
		return &part.Beside{Title: "About " + rv.records.Plural, Text: rv.section.Sentence}, nil
	}
	uses, err := h.Store.UsedBy(rv.Request().Context(), *r)
	if err != nil {
		return nil, err
	}
	b := &part.Beside{Title: "What changes", Text: "Everything that uses this changes as soon as you save."}
	for _, u := range uses {
		one, seen := h.usedBy(rv, *r, u)
		if !seen {
			continue
		}
		text := one.Title + ": "
		for i, n := range one.Names {
			if i > 0 {
				text += ", "
			}
			text += n.Text
		}
		if u.Count > len(one.Names) {
			text += " and others"
		}
		b.Facts = append(b.Facts, text)
	}
	if len(b.Facts) == 0 {
		return nil, nil
	}
	return b, nil
}

// recordProof is what a form asks besides in a section whose changes need a proof.
func (h *Handlers) recordProof(rv Visit, wrong store.Problems) []part.Field {
	if !rv.records.Proof {
		return nil
	}
	return h.ProofFields(rv, wrong)
}

// proveRecord is prove, where the section's changes need it.
func (h *Handlers) proveRecord(rv Visit) error {
	if !rv.records.Proof {
		return nil
	}
	return h.Prove(rv)
}

// leftOver are the sentences about what the form has no field for.
func leftOver(kind *catalog.Kind, wrong store.Problems, fields []part.Field) string {
	var all []string
	for name, sentence := range wrong {
		if name == "" {
			all = append(all, sentence)
			continue
		}
		if slices.ContainsFunc(fields, func(f part.Field) bool { return f.Name == name }) {
			continue
		}
		if f := kind.Field(name); f != nil {
			name = f.Title
		}
		all = append(all, name+": "+sentence)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func (h *Handlers) conflictBox(rv Visit, fields []*catalog.Field, in formInput) *part.Conflict {
	theirs := in.theirs
	box := &part.Conflict{
		Who: theirs.UpdatedByName, When: page.When(rv.Context, theirs.UpdatedAt, h.Store.Now()),
		TheirsURL: rv.url(rv.records.OnePath(), *theirs),
	}
	for _, f := range fields {
		theirText, yourText := h.conflictText(rv, f, theirs.Values[f.Name]), h.conflictText(rv, f, in.values[f.Name])
		if f.Secret != "" || f.Ref != nil || theirText == yourText {
			continue
		}
		box.Rows = append(box.Rows, part.ConflictRow{Label: f.Title, Theirs: theirText, Yours: yourText})
	}
	return box
}

func (h *Handlers) conflictText(rv Visit, f *catalog.Field, v any) string {
	if v == nil {
		return ""
	}
	return h.ValueText(f, v, page.Zone(rv.Context))
}

// formFields shows fields with what was typed, or with the values there are. One without a
// value shows its default, which it has once the form is sent.
func (h *Handlers) formFields(rv Visit, fields []*catalog.Field, values map[string]any, in formInput, required map[string]bool) ([]part.Field, error) {
	var all []part.Field
	at := ""
	for i, f := range fields {
		x := part.Field{
			Name: f.Name, Label: f.Title, Help: f.Help, Problem: in.wrong[f.Name], Required: f.Required || required[f.Name], Defaulted: f.Default != nil,
			Unit: f.Unit, Autofocus: i == 0 && in.typed == nil || f.Name == in.find, MaxLength: f.MaxLength, Autocomplete: "off",
		}
		value := values[f.Name]
		if value == nil {
			value = f.Default
		}
		x.Value, x.Values = f.Text(value, page.Zone(rv.Context)), catalog.Texts(value)
		x.Checked = value == true
		if f.Grows() {
			x.Value = ""
		}
		if in.typed != nil {
			x.Value, x.Values = in.typed.Get(f.Name), in.typed[f.Name]
			x.Checked = len(x.Values) > 0
		}
		if f.Min != nil {
			x.Min = fmt.Sprint(*f.Min)
		}
		if f.Max != nil {
			x.Max = fmt.Sprint(*f.Max)
		}
		if section := rv.kind.SectionOf(f); section != at {
			x.Section, at = section, section
		}
		h.dressField(rv, f, &x)
		all = append(all, x)
	}
	return all, h.offer(rv, fields, in, all)
}

// dressField chooses how a field is entered.
func (h *Handlers) dressField(rv Visit, f *catalog.Field, x *part.Field) {
	v := rv.Visit
	for _, o := range f.Options {
		option := part.Option{Value: o.Value, Text: o.Title}
		if !v.Snapshot.Ceiling(v.At).Covers(o.Needs) {
			option.Disabled, option.Text = true, o.Title+" (not open to this account)"
		}
		x.Options = append(x.Options, option)
	}
	switch {
	case f.Secret == catalog.Sealed && f.Widget == "json":
		x.Kind, x.Value, x.Rows, x.Language = part.JSON, "", 12, "json"
		x.Help = strings.TrimSpace(x.Help + " It is never shown again.")
	case f.Secret == catalog.Sealed && f.Widget == "textarea":
		x.Kind, x.Value = part.Textarea, ""
		x.Help = strings.TrimSpace(x.Help + " It is never shown again.")
	case f.Secret == catalog.Sealed:
		x.Kind = part.Secret
		x.Help = strings.TrimSpace(x.Help + " It is never shown again.")
	case f.Type == "boolean":
		x.Kind, x.Value = part.Checkbox, "1"
	case f.Ref != nil || rv.records.Among[f.Name] != nil:
		x.Kind, x.Many, x.Ordered = part.Reference, f.Many, f.Widget == "ordered"
	case f.Many && len(f.Options) > 0:
		x.Kind = part.Multi
	case len(f.Options) > 0:
		x.Kind = part.Select
	case f.Grows():
		x.Kind = part.Textarea
	case f.Many && f.Widget == "lines", f.Type == "object":
		x.Kind = part.Lines
	case f.Many:
		x.Kind = part.Tags
		x.Help = strings.TrimSpace(x.Help + " Separated by commas.")
	case f.Widget == "money":
		x.Kind, x.Step, x.Unit = part.Money, "0.01", h.Config.Currency
	case f.Type == "integer", f.Type == "number":
		x.Kind = part.Number
		if f.Type == "number" {
			x.Step = "any"
		}
	case f.Widget == "textarea":
		x.Kind = part.Textarea
	case f.Widget == "code":
		x.Kind, x.Rows, x.Language = part.Code, 16, "javascript"
	case f.Widget == "json":
		x.Kind, x.Rows, x.Language = part.JSON, 12, "json"
	case f.Format == "language":
		x.Kind, x.Values = part.Reference, []string{x.Value}
		for _, l := range words.Languages() {
			x.Options = append(x.Options, part.Option{Value: l.Code, Text: l.Name})
		}
		keepChosen(f, x, nil)
	case f.Format == "date-time":
		x.Kind = part.Datetime
		x.Help = strings.TrimSpace(x.Help + " Time zone: " + page.Zone(rv.Context).String() + ".")
	case f.Format == "date":
		x.Kind = part.Date
	case f.Format == "e164":
		x.Kind = part.Phone
	case f.Format == "email":
		x.Kind = part.Email
	case f.Format == "uri":
		x.Kind = part.URL
	}
}

// newImport is the form that takes the lines of a CSV text.
func (h *Handlers) newImport(rv Visit) error {
	return h.importForm(rv, http.StatusOK, "", nil, "")
}

func (h *Handlers) importForm(rv Visit, status int, typed string, report *part.Report, problem string) error {
	title := "Append " + rv.records.Plural
	if len(rv.above) > 0 {
		title += " to " + rv.above[len(rv.above)-1].Name
	}
	f := h.recordFrame(rv, title, h.listLink(rv))
	var columns []string
	for _, x := range h.shownFields(rv, rv.records.Fields) {
		columns = append(columns, x.Name)
	}
	return page.Render(rv.Context, status, record.FormOn(part.FormPage{
		Frame: f, Header: part.Header{Title: title, Text: rv.section.Sentence}, Report: report,
		Form: part.Form{
			Token: f.Token, Action: rv.listURL(), Cancel: rv.listURL(), Files: true, Submit: "Append", Problem: problem,
			Fields: []part.Field{
				{Kind: part.Code, Name: "csv", Label: "Lines", Value: typed, Rows: 8, Help: "The first line names the columns, such as " + strings.Join(columns, ", ") + "."},
				{Kind: part.File, Name: "file", Label: "CSV file", Accept: ".csv,text/csv"},
				{Kind: part.Checkbox, Name: "check", Label: "Only check the lines, append none", Checked: rv.FormValue("check") != ""},
			},
		},
	}))
}
