package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Record is one thing of a section, by the names of its fields. Numbers are
// json.Number, times are text.
type Record map[string]any

// ID is that of the record.
func (r Record) ID() string { return r.Text("id") }

// Version is what IfVersion takes.
func (r Record) Version() string { return r.Text("version") }

// Text is a field as text; empty where it has none.
func (r Record) Text(field string) string {
	switch v := r[field].(type) {
	case nil:
		return ""
	case string:
		return v
	case []any, map[string]any:
		b, _ := json.Marshal(v) // it came as JSON
		return string(b)
	default:
		return fmt.Sprint(v)
	}
}

// Records are those of a section of an account. Their list takes what its page takes;
// a field that is nil in a change is removed.
type Records struct {
	Collection[Record, Record, Record]
	Batches
}

// Records are those at the address of a section, such as /contacts or, inside a
// record, /application/<id>/call_lists.
func (a Account) Records(path string) Records {
	c := collection[Record, Record, Record](a, "/"+strings.Trim(path, "/"))
	return Records{c, Batches{c.address}}
}

// RecordResult is what became of one of many.
type RecordResult struct {
	Status  int      `json:"status"` // 201, or what the problem says
	Record  Record   `json:"record"`
	Problem *Problem `json:"problem"`
}

// CreateMany creates up to 500, each by itself.
func (r Records) CreateMany(ctx context.Context, records []Record, options ...Option) ([]RecordResult, error) {
	var out struct {
		Results []RecordResult `json:"results"`
	}
	err := r.account.do(ctx, http.MethodPost, r.path+"/many", map[string]any{"items": records}, &out, options...)
	return out.Results, err
}

// DeleteNamed deletes a record that other things are deleted with: its name says that
// it is this one.
func (r Records) DeleteNamed(ctx context.Context, id, name string, options ...Option) error {
	return r.Delete(ctx, id, append(options, With("confirm", name))...)
}
