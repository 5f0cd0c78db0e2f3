package letter

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/models/store"
)

// The kinds of letter. Package mail holds the words of each, and which facts
// they take.
const (
	Invite       = "invite"
	Reset        = "password_reset"
	ConfirmEmail = "email_confirm"
	EmailChanged = "email_changed"
	EmailProof   = "email_proof"

	SignInChanged = "sign_in_changed"
	WrongCodes    = "wrong_codes"

	OwnershipOffered = "ownership_offered"
	OwnershipChanged = "ownership_changed"
)

// Kinds are all kinds of letter.
var Kinds = []string{Invite, Reset, ConfirmEmail, EmailChanged, EmailProof, SignInChanged, WrongCodes, OwnershipOffered, OwnershipChanged}

// Letter is one mail: facts, not words. A fact that leads into the panel is a
// path; only what sends knows the public address.
type Letter struct {
	Kind   string
	To     string // e-mail address
	ToName string // empty where nobody knows it
	About  uuid.UUID
	Facts  map[string]string
	Until  time.Time // when it is not worth sending any more; zero for no such time
}

// Post is a letter in the queue.
type Post struct {
	Letter
	ID        uuid.UUID
	State     string // waiting, sent or failed
	Attempts  int
	NextAt    time.Time // of one that waits
	LastError string
	CreatedAt time.Time
	SentAt    *time.Time
	sealed    string
}

const (
	// Lease is how long whoever claims a letter has to send it; then it
	// comes back for others.
	Lease = 5 * time.Minute
	// letterTime is for how long sending is tried.
	letterTime = 48 * time.Hour
	// Life is how long what became of a letter can be read.
	Life = 30 * 24 * time.Hour
)

type letterRow struct {
	ID            uuid.UUID
	Kind          string
	Recipient     string
	RecipientName string
	About         *uuid.UUID
	Facts         string
	NextAt        time.Time
	GiveUpAt      time.Time
	CreatedAt     time.Time
	Author        string
	AccountID     *uuid.UUID
}

func (letterRow) TableName() string { return "letters" }

// Queue queues a letter: it is sent if, and only if, this write commits.
func Queue(tx *store.Tx, l Letter) error {
	if !slices.Contains(Kinds, l.Kind) {
		return fmt.Errorf("no kind of letter is called %q", l.Kind)
	}
	now := tx.Store.Now()
	row := letterRow{ID: store.NewID(), Kind: l.Kind, Recipient: l.To, RecipientName: l.ToName, NextAt: now, GiveUpAt: now.Add(letterTime), CreatedAt: now}
	if l.About != uuid.Nil {
		row.About = &l.About
	}
	if who := tx.Grant.Actor().ID; !who.IsZero() {
		row.Author = who.String()
	}
	if at := tx.Change.On.Account; at != uuid.Nil {
		row.AccountID = &at
	}
	if !l.Until.IsZero() && l.Until.Before(row.GiveUpAt) {
		row.GiveUpAt = l.Until
	}
	facts, err := json.Marshal(l.Facts)
	if err != nil {
		return fmt.Errorf("encode the facts of a letter: %w", err)
	}
	box, err := store.NewSecretBox(tx.Store.Secret)
	if err != nil {
		return err
	}
	row.Facts = box.Seal(string(facts), letterSeal(row.ID))
	return tx.Across(func() error { return tx.Create(&row).Error })
}

func letterSeal(id uuid.UUID) []byte { return store.SealedFor(uuid.Nil, id, "letter") }

// Withdraw takes back the letters about something that were not sent.
func Withdraw(tx *store.Tx, about ...uuid.UUID) error {
	if len(about) == 0 {
		return nil
	}
	return tx.Across(func() error {
		return tx.Exec("DELETE FROM letters WHERE about = ANY(?) AND state <> 'sent'", store.IDList(about)).Error
	})
}

const letterColumns = "id, kind, recipient, recipient_name, coalesce(about, '00000000-0000-0000-0000-000000000000'), facts, state, attempts, next_at, last_error, created_at, sent_at"

func (p *Post) fields() []any {
	return []any{&p.ID, &p.Kind, &p.To, &p.ToName, &p.About, &p.sealed, &p.State, &p.Attempts, &p.NextAt, &p.LastError, &p.CreatedAt, &p.SentAt}
}

// openLetter reads what is sealed. A letter that was sent has no facts any more.
func (s *Store) openLetter(p *Post) error {
	if p.sealed == "" {
		return nil
	}
	box, err := store.NewSecretBox(s.store.Secret)
	if err != nil {
		return err
	}
	facts, err := box.Open(p.sealed, letterSeal(p.ID))
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(facts), &p.Facts)
}

// ClaimLetter takes a letter that is due, for as long as a lease lasts, or
// answers ErrNotFound. Whoever dies with it lets it go by that.
func (s *Store) ClaimLetter(ctx context.Context) (p Post, err error) {
	now := s.store.Now()
	err = s.store.In(ctx, store.ScopeLetters, func(db *gorm.DB) error {
		if err := db.Exec(`UPDATE letters SET state = 'failed', failed_at = ?, last_error = 'It could not be sent in time.'
			WHERE state = 'waiting' AND give_up_at <= ? AND next_at <= ?`, now, now, now).Error; err != nil {
			return err
		}
		err := db.Raw(`UPDATE letters SET attempts = attempts + 1, next_at = ? WHERE id = (
			SELECT id FROM letters WHERE state = 'waiting' AND next_at <= ? ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING `+letterColumns,
			now.Add(Lease), now).Row().Scan(p.fields()...)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // what was given up stays so
		}
		return err
	})
	if err != nil {
		return p, err
	}
	if p.ID == uuid.Nil {
		return p, store.ErrNotFound
	}
	if err := s.openLetter(&p); err != nil {
		if err := s.LetterFailed(ctx, p, "It was sealed with another secret key.", true); err != nil {
			return p, err
		}
		return s.ClaimLetter(ctx)
	}
	return p, nil
}

// LetterSent keeps that a claimed letter was handed over, and forgets its facts.
func (s *Store) LetterSent(ctx context.Context, p Post) error {
	return s.settle(ctx, p, map[string]any{"state": "sent", "facts": "", "sent_at": s.store.Now(), "last_error": ""})
}

// LetterFailed keeps why a claimed letter was not handed over. It is tried again
// later, unless the refusal is for good or there is no time left.
func (s *Store) LetterFailed(ctx context.Context, p Post, cause string, forGood bool) error {
	set := map[string]any{"last_error": store.Cut(cause, 500), "next_at": s.store.Now().Add(letterDelay(p.Attempts))}
	if forGood {
		set["state"], set["failed_at"] = "failed", s.store.Now()
	}
	return s.settle(ctx, p, set)
}

// letterDelay is a minute after the first attempt, and twice as long after each
// further one, six hours at most.
func letterDelay(attempts int) time.Duration {
	return min(time.Minute<<min(max(attempts-1, 0), 10), 6*time.Hour)
}

// Settle ends a claim, unless its lease is over and somebody else has it.
func (s *Store) settle(ctx context.Context, p Post, set map[string]any) error {
	return s.store.In(ctx, store.ScopeLetters, func(db *gorm.DB) error {
		return store.ChangedOne(db.Table("letters").Where("id = ? AND state = 'waiting' AND attempts = ?", p.ID, p.Attempts).Updates(set))
	})
}

// PostPage is how many letters a page of the list holds.
const PostPage = 50

// PostFilter narrows the list of letters.
type PostFilter struct {
	Search   string    // part of the address
	State    string    // empty for all
	From, To time.Time // when it was written; zero for no bound, To is left out
	After    uuid.UUID // zero for the newest
	Limit    int
}

// Posts lists letters for an operator, newest first, without their facts.
func (s *Store) Posts(ctx context.Context, d store.OnDuty, f PostFilter) ([]Post, error) {
	if err := d.Is(store.DutyOperator); err != nil {
		return nil, err
	}
	b := f.shown()
	if f.After != uuid.Nil {
		b.Where("id < %s", f.After)
	}
	var all []Post
	err := s.store.Read(ctx, store.ScopeLetters, func(r pgx.Rows) error {
		var p Post
		err := r.Scan(p.fields()...)
		all = append(all, p)
		return err
	}, "SELECT "+letterColumns+" FROM letters WHERE "+strings.Join(b.Conditions, " AND ")+" ORDER BY id DESC LIMIT "+b.Arg(f.Limit), b.Args...)
	return all, err
}

// CountPosts is how many letters a filter shows an operator on all of its pages, as
// far as store.Count counts.
func (s *Store) CountPosts(ctx context.Context, d store.OnDuty, f PostFilter) (int, error) {
	if err := d.Is(store.DutyOperator); err != nil {
		return 0, err
	}
	b := f.shown()
	return s.store.Count(ctx, store.ScopeLetters, "letters WHERE "+strings.Join(b.Conditions, " AND "), b.Args...)
}

// shown are the conditions of what the filter shows, whatever the page.
func (f PostFilter) shown() *store.Clauses {
	b := &store.Clauses{Conditions: []string{"true"}}
	if f.Search != "" {
		b.Where("recipient ILIKE %s", store.Like(f.Search))
	}
	if f.State != "" {
		b.Where("state = %s", f.State)
	}
	b.Between("created_at", f.From, f.To)
	return b
}

// Post gives an operator one letter, with its facts where they are still kept
// and can be opened.
func (s *Store) Post(ctx context.Context, d store.OnDuty, id uuid.UUID) (p Post, err error) {
	if err := d.Is(store.DutyOperator); err != nil {
		return p, err
	}
	if err := s.store.One(ctx, store.ScopeLetters, p.fields(), "SELECT "+letterColumns+" FROM letters WHERE id = $1", id); err != nil {
		return p, err
	}
	if s.openLetter(&p) != nil {
		p.Facts = nil
	}
	return p, nil
}

// RetryLetter has a letter that failed sent once more; ErrConflict where it did
// not fail.
func (s *Store) RetryLetter(ctx context.Context, d store.OnDuty, id uuid.UUID) error {
	p, err := s.Post(ctx, d, id)
	if err != nil {
		return err
	}
	now := s.store.Now()
	giveUp := now.Add(letterTime)
	if until, err := time.Parse(time.RFC3339, p.Facts["until"]); err == nil && until.Before(giveUp) {
		giveUp = until
	}
	if !now.Before(giveUp) {
		return store.Problems{"": "The link in this letter no longer works. Its recipient has to ask for a new one."}
	}
	return s.store.In(ctx, store.ScopeLetters, func(db *gorm.DB) error {
		err := store.ChangedOne(db.Exec("UPDATE letters SET state = 'waiting', attempts = 0, next_at = ?, give_up_at = ? WHERE id = ? AND state = 'failed'",
			now, giveUp, id))
		if errors.Is(err, store.ErrNotFound) {
			return store.ErrConflict
		}
		return err
	})
}

// LettersAbout gives the newest letter about each of some things.
func (s *Store) LettersAbout(ctx context.Context, about []uuid.UUID) (map[uuid.UUID]Post, error) {
	newest := map[uuid.UUID]Post{}
	if len(about) == 0 {
		return newest, nil
	}
	err := s.store.Read(ctx, store.ScopeLetters, func(r pgx.Rows) error {
		var p Post
		err := r.Scan(p.fields()...)
		newest[p.About] = p
		return err
	}, "SELECT DISTINCT ON (about) "+letterColumns+" FROM letters WHERE about = ANY($1) ORDER BY about, id DESC", about)
	return newest, err
}

// PruneLetters removes letters that are old, and what they were to say.
func (s *Store) PruneLetters(ctx context.Context) error {
	return s.store.In(ctx, store.ScopeLetters, func(db *gorm.DB) error {
		if err := db.Exec("DELETE FROM letter_refusals WHERE last_at < ?", s.store.Now().Add(-Life)).Error; err != nil {
			return err
		}
		return db.Exec("DELETE FROM letters WHERE created_at < ?", s.store.Now().Add(-Life)).Error
	})
}
