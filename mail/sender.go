// Package mail words the letters that wait in the database and hands them to a
// mail server.
package mail

import (
	letters "bailiwick/models/letter"
	"bailiwick/models/store"

	"context"
	"errors"
	"log/slog"
	netmail "net/mail"
	"net/url"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"bailiwick/models"
)

const (
	// sendTime bounds each exchange with the mail server, and is well within the
	// lease of a claimed letter.
	sendTime  = 20 * time.Second
	pollEvery = time.Second
	// restAfter is how long the sender leaves a database alone that does not answer.
	restAfter = 5 * time.Second
)

// Sender hands over what waits. Any number of them may share a database: each
// letter is claimed by one.
type Sender struct {
	Store  *models.Store
	Server Server
	From   *netmail.Address
	Public *url.URL // where links lead
	Log    *slog.Logger
}

// Run sends until ctx ends; a letter that is being handed over then is finished.
func (s *Sender) Run(ctx context.Context) {
	for ctx.Err() == nil {
		rest := time.Duration(0)
		switch err := s.one(ctx); {
		case errors.Is(err, store.ErrNotFound):
			rest = pollEvery
		case err != nil && ctx.Err() == nil:
			s.Log.Warn("look for mail to send", "error", err)
			rest = restAfter
		}
		select {
		case <-ctx.Done():
		case <-time.After(rest):
		}
	}
}

// one sends one letter, or answers ErrNotFound where none is due.
func (s *Sender) one(ctx context.Context) error {
	p, err := s.Store.ClaimLetter(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*sendTime)
	defer cancel()
	refused := s.send(ctx, p)
	log := s.Log.With("letter", p.ID, "kind", p.Kind, "attempt", p.Attempts)
	if refused == nil {
		log.Info("letter sent")
		return s.Store.LetterSent(ctx, p)
	}
	cause := reason(refused, p)
	log.Warn("letter not sent", "cause", cause, "for_good", forGood(refused))
	return s.Store.LetterFailed(ctx, p, cause, forGood(refused))
}

// wrong is an error that no further attempt mends.
type wrong struct{ error }

func (s *Sender) send(ctx context.Context, p letters.Post) error {
	r, err := Render(ctx, p.Letter, s.Public)
	if err != nil {
		return wrong{err}
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(s.From)
	m.AddToMailAddress(&netmail.Address{Name: store.Unlinked(p.ToName), Address: p.To})
	m.Subject(r.Subject)
	m.SetDateWithValue(p.CreatedAt)
	// The same at each attempt: what arrives twice after all is seen to be one.
	m.SetMessageIDWithValue(p.ID.String() + s.From.Address[strings.LastIndex(s.From.Address, "@"):])
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834
	m.SetBodyString(gomail.TypeTextPlain, r.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, r.HTML)
	client, err := s.Server.client()
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, m)
	if m.IsDelivered() {
		return nil // what went wrong afterwards is about the connection
	}
	return err
}

// forGood tells a refusal of this letter from trouble that may pass.
func forGood(err error) bool {
	var w wrong
	var refused *gomail.SendError
	return errors.As(err, &w) || errors.As(err, &refused) && refused.ErrorCode() >= 500
}

// reason is an error as an operator reads it, without the links of the letter.
func reason(err error, p letters.Post) string {
	text := err.Error()
	var refused *gomail.SendError
	if errors.As(err, &refused) {
		text = strings.TrimSuffix(refused.Error(), ", affected message ID: "+refused.MessageID())
	}
	for name, fact := range p.Facts {
		if name == "path" {
			text = strings.ReplaceAll(text, fact[strings.LastIndex(fact, "/")+1:], "…")
		}
	}
	return text
}
