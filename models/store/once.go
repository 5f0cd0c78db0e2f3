package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

const (
	callLife  = 24 * time.Hour // how long it is known what a call did
	callLease = time.Minute    // after which a call that did nothing may be tried again
)

// The errors of a call that was sent before.
var (
	ErrUnderWay   = errors.New("the same call is under way")
	ErrAnswerLost = errors.New("the call was done and its answer is lost")
	ErrOtherCall  = errors.New("another call had this name")
)

// Call is one that a program may send many times, by a name that it gave it, and that
// is done once.
type Call struct {
	tenant, key   uuid.UUID
	name, request []byte
	begun         time.Time
	done          bool // a transaction of it committed
}

type callKey struct{}

// BeginCall begins a call of a key, by the name and all else that makes it the same
// call. What was answered to it within a day is given instead. What commits under the
// context given commits with the call being done, and not at all where that is so.
func (s *Store) BeginCall(ctx context.Context, tenant, key uuid.UUID, name string, request [sha256.Size]byte) (context.Context, *Call, string, error) {
	digest := sha256.Sum256([]byte(name))
	c := &Call{tenant: tenant, key: key, name: digest[:], request: request[:], begun: s.now().UTC().Truncate(time.Microsecond)}
	answer := ""
	err := s.In(ctx, aside(tenant), func(db *gorm.DB) error {
		// One of that name from longer ago says nothing any more.
		if err := db.Exec("DELETE FROM calls_once WHERE tenant_id = ? AND key_id = ? AND name = ? AND begun_at < ?", tenant, key, c.name, c.begun.Add(-callLife)).Error; err != nil {
			return err
		}
		mine := db.Exec(`INSERT INTO calls_once (tenant_id, key_id, name, request, begun_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (tenant_id, key_id, name) DO UPDATE SET begun_at = excluded.begun_at
			WHERE calls_once.request = excluded.request AND NOT calls_once.done AND calls_once.begun_at < ?`,
			tenant, key, c.name, c.request, c.begun, c.begun.Add(-s.AtMost(callLease)))
		if mine.Error != nil || mine.RowsAffected == 1 {
			return mine.Error
		}
		var was struct {
			Request []byte
			Done    bool
			Answer  *string
		}
		if err := db.Raw("SELECT request, done, answer FROM calls_once WHERE tenant_id = ? AND key_id = ? AND name = ?", tenant, key, c.name).Take(&was).Error; err != nil {
			return err
		}
		switch {
		case string(was.Request) != string(c.request):
			return ErrOtherCall
		case was.Answer != nil:
			var err error
			answer, err = s.openAnswer(c, *was.Answer)
			return err
		case was.Done:
			return ErrAnswerLost
		}
		return ErrUnderWay
	})
	return context.WithValue(ctx, callKey{}, c), c, answer, err
}

// aside is a tenant's scope for what is stored beside what was asked for.
func aside(tenant uuid.UUID) Scope {
	sc := TenantScope(tenant)
	sc.Aside = true
	return sc
}

// EndCall keeps the answer to a call; an empty one where nothing was done, so that it
// can be sent again.
func (s *Store) EndCall(ctx context.Context, c *Call, answer string) error {
	return s.In(ctx, aside(c.tenant), func(db *gorm.DB) error {
		mine := db.Table("calls_once").Where("tenant_id = ? AND key_id = ? AND name = ? AND begun_at = ?", c.tenant, c.key, c.name, c.begun)
		if answer == "" {
			return mine.Where("NOT done").Delete(nil).Error
		}
		sealed, err := s.sealAnswer(c, answer)
		if err != nil {
			return err
		}
		return mine.Updates(map[string]any{"done": true, "answer": sealed}).Error
	})
}

// PruneCalls forgets calls of more than a day ago.
func (s *Store) PruneCalls(ctx context.Context) error {
	return s.In(ctx, scopeCalls, func(db *gorm.DB) error {
		return db.Exec("DELETE FROM calls_once WHERE begun_at < ?", s.now().Add(-callLife)).Error
	})
}

func (s *Store) sealAnswer(c *Call, answer string) (string, error) {
	box, err := NewSecretBox(s.Secret)
	if err != nil {
		return "", err
	}
	return box.Seal(answer, c.place()), nil
}

func (s *Store) openAnswer(c *Call, sealed string) (string, error) {
	box, err := NewSecretBox(s.Secret)
	if err != nil {
		return "", err
	}
	return box.Open(sealed, c.place())
}

// place is what an answer is sealed for.
func (c *Call) place() []byte { return append(SealedFor(c.tenant, c.key, "answer"), c.name...) }

// callOf is the call that something is done for, nil where it is done for none, or
// where a transaction of it committed.
func callOf(ctx context.Context, tenant uuid.UUID) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	if c == nil || c.done || c.tenant != tenant {
		return nil
	}
	return c
}

// commit says in a transaction that the call is done; ErrConflict where it was.
func (c *Call) commit(db *gorm.DB) error {
	return OrConflict(db.Exec("UPDATE calls_once SET done = true WHERE tenant_id = ? AND key_id = ? AND name = ? AND begun_at = ? AND NOT done",
		c.tenant, c.key, c.name, c.begun))
}
