// Package page is what every page needs: its frame, answers and failures, limits,
// proofs, the reading of forms and lists, CSV, cookies. No noun has a page here but
// the proof of who one is, which any of them may ask for.
package page

import (
	"github.com/labstack/echo/v4"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/gorilla/securecookie"

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
	// Currency is the ISO code of what amounts are in; empty where nobody says.
	Currency string
	Log      *slog.Logger
}

// Base is what every page stands on.
type Base struct {
	Config  Config
	Store   *models.Store
	Catalog *catalog.Catalog
	Nav     []navGroup // what the sidebar may show, by what is mounted
	Guard   *guard.Guard
	said    *securecookie.SecureCookie
	// Webauthn is nil where the panel's address can not have passkeys.
	Webauthn *webauthn.WebAuthn
}

// newWebAuthn is the panel as passkeys know it. It is nil at an address for
// which browsers make none: one that is a number. A panel of the loopback goes by
// the name localhost.
func newWebAuthn(public *url.URL) (*webauthn.WebAuthn, error) {
	name, origin := public.Hostname(), public.Scheme+"://"+public.Host
	if IsLoopback(name) {
		name, origin = "localhost", public.Scheme+"://localhost"
		if port := public.Port(); port != "" {
			origin += ":" + port
		}
	}
	if net.ParseIP(strings.Trim(name, "[]")) != nil {
		return nil, nil
	}
	return webauthn.New(&webauthn.Config{
		RPID: name, RPDisplayName: "Bailiwick", RPOrigins: []string{origin},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: protocol.ResidentKeyRequired(), ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
}

// New is the ground of all wings.
func New(store *models.Store, c Config) (*Base, error) {
	b := &Base{
		Config: c, Store: store, Catalog: store.Catalog(),
		Guard: guard.New(store, c.Secret, c.PublicURL.Scheme == "https"),
		said:  saidCodec(c.Secret),
	}
	var err error
	b.Webauthn, err = newWebAuthn(c.PublicURL)
	return b, err
}

// Mount serves a table of routes, and shows in the sidebar what it leads to.
func (h *Base) Mount(e *echo.Echo, table []guard.Route) error {
	h.Nav = h.navigation(table)
	return h.Guard.Mount(e, table)
}
