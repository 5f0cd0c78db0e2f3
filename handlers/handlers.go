// Package handlers is the panel over HTTP. It only composes: each wing below has its
// part of the route table and the pages behind it, on the ground of package page.
package handlers

import (
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"bailiwick/handlers/account"
	"bailiwick/handlers/api"
	"bailiwick/handlers/audit"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/home"
	"bailiwick/handlers/letter"
	"bailiwick/handlers/log"
	"bailiwick/handlers/login"
	"bailiwick/handlers/page"
	"bailiwick/handlers/people"
	"bailiwick/handlers/program"
	"bailiwick/handlers/record"
	"bailiwick/handlers/search"
	"bailiwick/models"
)

// Config is what the panel needs besides its store.
type Config = page.Config

// Handlers are the wings of the panel.
type Handlers struct {
	*page.Base
	letter  *letter.Handlers
	audit   *audit.Handlers
	login   *login.Handlers
	account *account.Handlers
	people  *people.Handlers
	program *program.Handlers
	record  *record.Handlers
	log     *log.Handlers
	home    *home.Handlers
	search  *search.Handlers
	// document gives the description of the API, made once.
	document func() ([]byte, error)
}

// New makes the panel ready to serve; the error says which route or section is
// at fault.
func New(store *models.Store, c Config) (http.Handler, error) {
	b, err := page.New(store, c)
	if err != nil {
		return nil, err
	}
	h := Over(b)
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = api.Fail(b)
	e.IPExtractor = h.ipExtractor()
	h.middleware(e)
	if err := h.Mount(e, h.Routes()); err != nil {
		return nil, err
	}
	return page.Compress(e)
}

// Over is every wing on one ground.
func Over(b *page.Base) *Handlers {
	h := &Handlers{Base: b, letter: letter.New(b), audit: audit.New(b), login: login.New(b)}
	h.record = record.New(b, h.audit)
	h.account = account.New(b, h.audit)
	h.people = people.New(b, h.audit)
	h.program = program.New(b, h.audit, h.people)
	h.log = log.New(b, h.record)
	h.home = home.New(b, h.audit, h.login, h.account)
	h.search = search.New(b, h.account, h.people, h.record)
	h.document = sync.OnceValues(h.describeAll)
	h.program.Operations = func() []guard.Operation { return guard.Operations(h.Routes()) }
	return h
}

// Table is the route table as data: method, path and who may.
func Table(store *models.Store) []guard.Line {
	return guard.Describe(Over(&page.Base{Store: store, Catalog: store.Catalog()}).Routes())
}
