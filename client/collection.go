package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// address is where calls about some things lead.
type address struct {
	account Account
	path    string
}

// at is the address of one, or of something below it.
func (a address) at(id, below string) string { return a.path + "/" + url.PathEscape(id) + below }

// List is a list of the things that are read as a T.
type List[T any] struct{ address }

// Things are what one reads, changes and deletes: T is what one is read as, Change what
// changes it. Fields that are nil stay as they are.
type Things[T, Change any] struct{ List[T] }

// Collection is Things that are created as a New.
type Collection[T, New, Change any] struct{ Things[T, Change] }

func list[T any](a Account, path string) List[T] { return List[T]{address{a, path}} }

func things[T, Change any](a Account, path string) Things[T, Change] {
	return Things[T, Change]{list[T](a, path)}
}

func collection[T, New, Change any](a Account, path string) Collection[T, New, Change] {
	return Collection[T, New, Change]{things[T, Change](a, path)}
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`  // the cursor of the page behind it; empty on the last
	Total *int   `json:"total"` // how many there are, of records; nil for too many to count
}

// Page reads one page of the list: filter has the parameters of its page in the
// panel, after the cursor of the page before.
func (l List[T]) Page(ctx context.Context, filter url.Values, after string) (p Page[T], err error) {
	options := make([]Option, 0, len(filter)+1)
	for name, values := range filter {
		for _, value := range values {
			options = append(options, With(name, value))
		}
	}
	if after != "" {
		options = append(options, With("after", after))
	}
	err = l.account.do(ctx, http.MethodGet, l.path, nil, &p, options...)
	return p, err
}

// All goes through the list, page by page. An error comes last, with nothing.
func (l List[T]) All(ctx context.Context, filter url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		after := ""
		for {
			p, err := l.Page(ctx, filter, after)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, x := range p.Items {
				if !yield(x, nil) {
					return
				}
			}
			if after = p.Next; after == "" {
				return
			}
		}
	}
}

// Where is a filter of pairs: a name and its value.
func Where(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// Get reads one.
func (c Things[T, Change]) Get(ctx context.Context, id string) (x T, err error) {
	err = c.account.do(ctx, http.MethodGet, c.at(id, ""), nil, &x)
	return x, err
}

// Create creates one.
func (c Collection[T, New, Change]) Create(ctx context.Context, in New, options ...Option) (x T, err error) {
	err = c.account.do(ctx, http.MethodPost, c.path, in, &x, options...)
	return x, err
}

// Patch changes one: what is not sent stays.
func (c Things[T, Change]) Patch(ctx context.Context, id string, change Change, options ...Option) (x T, err error) {
	err = c.account.do(ctx, http.MethodPatch, c.at(id, ""), change, &x, options...)
	return x, err
}

// Delete deletes one.
func (c Things[T, Change]) Delete(ctx context.Context, id string, options ...Option) error {
	return c.account.do(ctx, http.MethodDelete, c.at(id, ""), nil, nil, options...)
}

// Act does an act to one, such as "suspend" or "buy", with what the act takes, or nil,
// and gives how the thing is then; an act that removes it gives nothing.
func (c Things[T, Change]) Act(ctx context.Context, id, act string, in any, options ...Option) (x T, err error) {
	err = c.account.do(ctx, http.MethodPost, c.at(id, "/"+url.PathEscape(act)), in, &x, options...)
	return x, err
}

// BatchAct is an act on up to 500 things.
type BatchAct struct {
	Act    string         `json:"act"` // its key, such as "suspend" or "delete"
	IDs    []string       `json:"ids"`
	Role   string         `json:"role,omitempty"`   // of people: to give or take
	Until  time.Time      `json:"until,omitzero"`   // of people: when the given role ends
	Label  string         `json:"label,omitempty"`  // of sub-accounts: to add or remove
	Values map[string]any `json:"values,omitempty"` // of records: what the act takes
	Tags   []string       `json:"tags,omitempty"`   // of records: to add or remove
}

// Batch is what an act did to many.
type Batch struct {
	ID       string        `json:"id"`
	Act      string        `json:"act"`
	Detail   string        `json:"detail"`
	MadeAt   time.Time     `json:"made_at"`
	UndoneAt *time.Time    `json:"undone_at"`
	Results  []BatchResult `json:"results"` // one for each thing
}

// BatchResult is what became of one.
type BatchResult struct {
	ID      string `json:"id"`
	Changed bool   `json:"changed"`
	Reason  string `json:"reason"` // why it was left as it is
}

// Batches are acts on many things at once, which can be undone.
type Batches struct{ address }

// Batch does an act to many in one write; what it can't be done to is left as it is.
func (b Batches) Batch(ctx context.Context, act BatchAct, options ...Option) (done Batch, err error) {
	err = b.account.do(ctx, http.MethodPost, b.path+"/batches", act, &done, options...)
	return done, err
}

// ReadBatch reads what a batch did.
func (b Batches) ReadBatch(ctx context.Context, id string) (done Batch, err error) {
	err = b.account.do(ctx, http.MethodGet, b.path+"/batches/"+url.PathEscape(id), nil, &done)
	return done, err
}

// UndoBatch takes a batch back, and says what that did.
func (b Batches) UndoBatch(ctx context.Context, id string, options ...Option) (done Batch, err error) {
	err = b.account.do(ctx, http.MethodPost, b.path+"/batches/"+url.PathEscape(id)+"/undo", nil, &done, options...)
	return done, err
}
