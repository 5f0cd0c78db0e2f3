package record

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/catalog"
	"bailiwick/handlers/page"
	records "bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

// overlaps are how long a replaced secret may be kept beside the new one.
var overlaps = []struct {
	value, title string
	lasts        time.Duration
}{
	{"none", "Not at all", 0}, {"1h", "1 hour", time.Hour}, {"24h", "24 hours", 24 * time.Hour}, {"7d", "7 days", 7 * 24 * time.Hour},
}

// madeSecret is the property of a kind that is a secret made here, or nil.
func madeSecret(kind *catalog.Kind) *catalog.Field {
	if i := slices.IndexFunc(kind.Fields, (*catalog.Field).Made); i >= 0 {
		return kind.Fields[i]
	}
	return nil
}

func replaceTitle(kind *catalog.Kind) string {
	return "Replace " + strings.ToLower(madeSecret(kind).Title)
}

func (h *Handlers) askReplaceSecret(rv Visit, r records.Record) error {
	return h.replaceSecretForm(rv, http.StatusOK, r, nil)
}

func (h *Handlers) replaceSecretForm(rv Visit, status int, r records.Record, wrong store.Problems) error {
	former, err := h.Store.FormerSecrets(rv.Request().Context(), r)
	if err != nil {
		return err
	}
	secret := madeSecret(rv.kind)
	noun, title := strings.ToLower(secret.Title), replaceTitle(rv.kind)
	one := rv.url(rv.records.OnePath(), r)
	overlap := part.Field{
		Kind: part.Select, Name: "overlap", Label: "Keep the present " + noun, Required: true, Value: cmp.Or(page.Posted(rv.Context, "overlap"), "24h"), Problem: wrong["overlap"],
		Help: "Both are kept until then, so that your programs can change over.",
	}
	if was, ok := former[secret.Name]; ok {
		overlap.Help += fmt.Sprintf(" %s, which was replaced before, ends now.", was.Shown)
	}
	for _, o := range overlaps {
		overlap.Options = append(overlap.Options, part.Option{Value: o.value, Text: o.title})
	}
	f := h.recordFrame(rv, title, h.listLink(rv), part.Link{Text: h.titleOf(rv, r, nil), URL: one})
	return page.Render(rv.Context, status, record.FormOn(part.FormPage{
		Frame: f, Header: part.Header{Title: title + " of " + h.called(rv, r), Text: "A new " + noun + " is created and shown once."},
		Form: part.Form{
			Token: f.Token, Action: one + "/secret", Cancel: one, Submit: title, Problem: wrong[""],
			Fields: append([]part.Field{overlap}, h.ProofFields(rv.Context, wrong)...),
		},
	}))
}

func (h *Handlers) replaceSecret(rv Visit, r records.Record) error {
	i := -1
	for k, o := range overlaps {
		if o.value == rv.FormValue("overlap") {
			i = k
		}
	}
	var err error = store.Problems{"overlap": "Choose how long the present one is kept."}
	if i >= 0 {
		err = h.Prove(rv.Context)
	}
	var shown map[string]string
	if err == nil {
		r, shown, err = h.Store.ReplaceSecret(rv.Request().Context(), rv.grant, rv.At, r.ID, overlaps[i].lasts)
	}
	if wrong, ok := page.Problems(err); ok {
		others := maps.Clone(wrong)
		delete(others, "proof")
		delete(others, "overlap")
		if len(others) > 0 {
			wrong[""] = leftOver(rv.kind, others, nil)
		}
		return h.replaceSecretForm(rv, http.StatusUnprocessableEntity, r, wrong)
	}
	if err != nil {
		return err
	}
	return h.RecordPage(rv, r, shown)
}

// formerDetail tells of a replaced secret that still counts.
func (h *Handlers) formerDetail(c echo.Context, f *catalog.Field, was records.FormerSecret) part.Detail {
	return part.Detail{
		Label: "Former " + strings.ToLower(f.Title),
		Value: part.Cell{Text: was.Shown + ", kept until " + page.Exact(was.Until.In(page.Zone(c))), Title: page.When(c, was.Until, h.Store.Now())},
	}
}
