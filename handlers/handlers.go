// Package handlers is the panel over HTTP: the route table, and for each noun
// one file that reads the request, calls one verb and fills one page.
package handlers

import (
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/gorilla/securecookie"
	"github.com/labstack/echo/v4"

	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/models"
)

// Config is what the panel needs besides its store.
type Config struct {
	// PublicURL is where the panel is reached; links are built from it alone.
	PublicURL *url.URL
	// Secret signs cookies, at least 32 bytes.
	Secret []byte
	// Proxies are believed about X-Forwarded-For.
	Proxies []netip.Prefix
	// SendsMail tells that letters are handed to a mail server; else they are kept.
	SendsMail bool
	Log       *slog.Logger
}

// Handlers serves the panel.
type Handlers struct {
	config  Config
	store   *models.Store
	catalog *catalog.Catalog
	guard   *guard.Guard
	said    *securecookie.SecureCookie
	nav     []navGroup
	// webauthn is nil where the panel's address can not have passkeys.
	webauthn *webauthn.WebAuthn
}

// New makes the panel ready to serve; the error says which route or section is
// at fault.
func New(store *models.Store, c Config) (http.Handler, error) {
	h := &Handlers{
		config: c, store: store, catalog: store.Catalog(),
		guard: guard.New(store, c.Secret, c.PublicURL.Scheme == "https"),
		said:  saidCodec(c.Secret),
	}
	var err error
	if h.webauthn, err = newWebAuthn(c.PublicURL); err != nil {
		return nil, err
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = h.fail
	e.IPExtractor = h.ipExtractor()
	h.middleware(e)
	table := h.Routes()
	h.nav = h.navigation(table)
	if err := h.guard.Mount(e, table); err != nil {
		return nil, err
	}
	return compress(e)
}

// link is an address for people, built from the configured one.
func (h *Handlers) link(path string) string { return h.config.PublicURL.JoinPath(path).String() }

// Table is the route table as data: method, path and who may.
func Table(store *models.Store) []guard.Line {
	h := &Handlers{store: store, catalog: store.Catalog()}
	return guard.Describe(h.Routes())
}
