package demo

import (
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/record"
	"bailiwick/models/store"

	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models"
)

// seed is one making of the cast. After the first error nothing more is done.
type seed struct {
	ctx   context.Context
	store *models.Store
	now   time.Time
	dice  *rand.Rand // the same every time
	err   error

	members map[string]login.Member    // by e-mail address
	logins  map[string]authz.Actor     // subusers of the agency by name
	places  map[string]account.Account // by name
}

func newSeed(ctx context.Context, s *models.Store) *seed {
	return &seed{
		ctx: ctx, store: s, now: s.Now().UTC().Truncate(time.Minute), dice: rand.New(rand.NewPCG(1843, 1815)),
		members: map[string]login.Member{}, logins: map[string]authz.Actor{}, places: map[string]account.Account{},
	}
}

// do does one thing, unless an earlier one failed.
func (sd *seed) do(what func() error) {
	if sd.err == nil {
		sd.err = what()
	}
}

// may asks for a grant in an account of the cast.
func (sd *seed) may(who authz.Actor, permission, account string) (g authz.Grant) {
	sd.do(func() (err error) {
		p := sd.store.Catalog().Permission(permission)
		if g, err = sd.store.Access().Authorize(who, p, sd.places[account].ID); err != nil {
			err = fmt.Errorf("%s, %s in %s: %w", who.Name, permission, account, err)
		}
		return err
	})
	return g
}

// desk is where somebody makes records: one account.
type desk struct {
	*seed
	account string
	who     authz.Actor
}

func (sd *seed) desk(who authz.Actor, account string) desk { return desk{sd, account, who} }

// by is the same account with somebody else at work.
func (d desk) by(who authz.Actor) desk { return desk{d.seed, d.account, who} }

// row is a record's properties.
type row = map[string]any

func (d desk) place(section string, inside []uuid.UUID) record.Place {
	at := record.Place{Section: d.store.Catalog().Section(section)}
	if len(inside) > 0 {
		at.Parent = inside[0]
	}
	return at
}

// add makes one record and gives its id.
func (d desk) add(section string, values row, inside ...uuid.UUID) (id string) {
	at := d.place(section, inside)
	g := d.may(d.who, d.store.Catalog().Info(at.Section.Records.Create).Key, d.account)
	d.do(func() error {
		r, _, err := d.store.CreateRecord(d.ctx, g, at, values)
		id = r.ID.String()
		return d.explain(section, values, err)
	})
	return id
}

// each makes a record of each row.
func (d desk) each(section string, rows []row, inside ...uuid.UUID) (ids []string) {
	for _, r := range rows {
		ids = append(ids, d.add(section, r, inside...))
	}
	return ids
}

// append makes many records as an import does.
func (d desk) append(section string, rows []row, inside ...uuid.UUID) {
	at := d.place(section, inside)
	g := d.may(d.who, d.store.Catalog().Info(at.Section.Records.Create).Key, d.account)
	d.do(func() error {
		did, err := d.store.AppendRecords(d.ctx, g, at, rows, false)
		for i, p := range did.Wrong {
			return d.explain(section, rows[i], p)
		}
		return d.explain(section, nil, err)
	})
}

// act does an act of a section to a record.
func (d desk) act(section, key, id string, values row) {
	r := d.store.Catalog().Section(section).Records
	a := r.Act(key)
	g := d.may(d.who, d.store.Catalog().Info(a.Permission).Key, d.account)
	d.do(func() error {
		_, err := d.store.Act(d.ctx, g, r.Kind, a, uuid.MustParse(id), values)
		return d.explain(section+" "+key, values, err)
	})
}

// explain says what was refused: Problems alone name only the fields.
func (d desk) explain(what string, values row, err error) error {
	var p store.Problems
	if !errors.As(err, &p) {
		return err
	}
	var all []string
	for field, sentence := range p {
		all = append(all, fmt.Sprintf("%s %v: %s", field, values[field], sentence))
	}
	sort.Strings(all)
	return fmt.Errorf("%s in %s: %s", what, d.account, strings.Join(all, " "))
}
