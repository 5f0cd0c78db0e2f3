package handlers

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/catalog"
	"bailiwick/models"
	"bailiwick/views"
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

func (h *Handlers) askReplaceSecret(rv recordVisit, r models.Record) error {
	return h.replaceSecretForm(rv, http.StatusOK, r, nil)
}

func (h *Handlers) replaceSecretForm(rv recordVisit, status int, r models.Record, wrong models.Problems) error {
	former, err := h.store.FormerSecrets(rv.Request().Context(), r)
	if err != nil {
		return err
	}
	secret := madeSecret(rv.kind)
	noun, title := strings.ToLower(secret.Title), replaceTitle(rv.kind)
	one := rv.url(rv.records.OnePath(), r)
	overlap := views.Field{
		Kind: views.Select, Name: "overlap", Label: "Keep the present " + noun, Required: true, Value: orElse(posted(rv.Context, "overlap"), "24h"), Problem: wrong["overlap"],
		Help: "Both are kept until then, so that your programs can change over.",
	}
	if was, ok := former[secret.Name]; ok {
		overlap.Help += fmt.Sprintf(" %s, which was replaced before, ends now.", was.Shown)
	}
	for _, o := range overlaps {
		overlap.Options = append(overlap.Options, views.Option{Value: o.value, Text: o.title})
	}
	f := h.recordFrame(rv, title, h.listLink(rv), views.Link{Text: r.Name, URL: one})
	return render(rv.Context, status, views.FormOn(views.FormPage{
		Frame: f, Header: views.Header{Title: title + " of " + r.Name, Text: "A new " + noun + " is created and shown once."},
		Form: views.Form{
			Token: f.Token, Action: one + "/secret", Cancel: one, Submit: title, Problem: wrong[""],
			Fields: append([]views.Field{overlap}, h.proofFields(rv.Context, wrong)...),
		},
	}))
}

func (h *Handlers) replaceSecret(rv recordVisit, r models.Record) error {
	i := -1
	for k, o := range overlaps {
		if o.value == rv.FormValue("overlap") {
			i = k
		}
	}
	var err error = models.Problems{"overlap": "Choose how long the present one is kept."}
	if i >= 0 {
		err = h.prove(rv.Context)
	}
	var shown map[string]string
	if err == nil {
		r, shown, err = h.store.ReplaceSecret(rv.Request().Context(), rv.grant, rv.at, r.ID, overlaps[i].lasts)
	}
	if wrong, ok := problems(err); ok {
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
	return h.recordPage(rv, r, shown)
}

// formerDetail tells of a replaced secret that still counts.
func (h *Handlers) formerDetail(c echo.Context, f *catalog.Field, was models.FormerSecret) views.Detail {
	return views.Detail{
		Label: "Former " + strings.ToLower(f.Title),
		Value: views.Cell{Text: was.Shown + ", kept until " + exact(was.Until.In(zone(c))), Title: when(c, was.Until, h.store.Now())},
	}
}
