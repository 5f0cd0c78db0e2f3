package api

import (
	"time"

	"github.com/google/uuid"

	"bailiwick/models/store"
)

// MaxAtOnce is how many things a program can name in one call.
const MaxAtOnce = 500

// Batch is what an act did to many, as programs read it.
type Batch struct {
	ID       uuid.UUID     `json:"id"`
	Act      string        `json:"act"`
	Detail   string        `json:"detail,omitempty" jsonschema:"of the act, such as the label"`
	MadeAt   time.Time     `json:"made_at"`
	UndoneAt *time.Time    `json:"undone_at,omitempty"`
	Results  []BatchResult `json:"results" jsonschema:"one for each thing"`
}

// BatchResult is what became of one.
type BatchResult struct {
	ID      uuid.UUID `json:"id"`
	Changed bool      `json:"changed"`
	Reason  string    `json:"reason,omitempty" jsonschema:"why it was left as it is: the end of a sentence that begins with it"`
}

// BatchOf is a batch as programs read it.
func BatchOf(b store.Batch) Batch {
	out := Batch{ID: b.ID, Act: b.Act, Detail: b.Detail, MadeAt: b.MadeAt.UTC(), UndoneAt: b.UndoneAt, Results: []BatchResult{}}
	for _, id := range b.Changed {
		out.Results = append(out.Results, BatchResult{ID: id, Changed: true})
	}
	for _, s := range b.Skipped {
		for _, id := range s.IDs {
			out.Results = append(out.Results, BatchResult{ID: id, Reason: s.Reason})
		}
	}
	return out
}
