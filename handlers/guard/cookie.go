package guard

import (
	"crypto/hkdf"
	"crypto/sha256"
	"net/http"
	"time"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"
)

// Cookies makes every cookie of the panel, all with the same flags. Over HTTPS
// each has the prefix by which browsers keep it to this host alone (ASVS 5.0,
// 3.3.1). The reader's time zone is the one that script sets: it carries the
// prefix too, and can not be HttpOnly.
type Cookies struct{ Secure bool }

// Name is what a cookie is called in the browser.
func (k Cookies) Name(name string) string {
	if k.Secure {
		return "__Host-" + name
	}
	return name
}

// Make gives a cookie; a negative life takes it away.
func (k Cookies) Make(name, value string, life time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: k.Name(name), Value: value, Path: "/", MaxAge: int(life.Seconds()),
		Secure: k.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// Read is what a cookie holds, empty where there is none.
func (k Cookies) Read(r *http.Request, name string) string {
	if c, err := r.Cookie(k.Name(name)); err == nil {
		return c.Value
	}
	return ""
}

// cookieStore is a gorilla store whose cookie holds a signed secret and nothing
// else.
type cookieStore struct {
	cookies Cookies
	name    string
	life    time.Duration
	codec   *securecookie.SecureCookie
}

var _ sessions.Store = (*cookieStore)(nil)

func newCookieStore(name string, life time.Duration, secret []byte, cookies Cookies) *cookieStore {
	return &cookieStore{cookies, name, life, securecookie.New(derive(secret, "session cookie"), nil).MaxAge(int(life.Seconds()))}
}

func derive(secret []byte, use string) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, use, 32)
	if err != nil {
		panic(err) // only for a length that HKDF can not give
	}
	return key
}

const tokenKey = "id"

// Get reads the request's session, once a request.
func (s *cookieStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New reads the cookie; a session without one, or with one that is not ours, is empty.
func (s *cookieStore) New(r *http.Request, name string) (*sessions.Session, error) {
	x := sessions.NewSession(s, name)
	x.IsNew, x.Options = true, &sessions.Options{}
	var token string
	if s.codec.Decode(s.cookies.Name(name), s.cookies.Read(r, name), &token) == nil {
		x.Values[tokenKey], x.IsNew = token, false
	}
	return x, nil
}

// Save sets the cookie, or takes it away where MaxAge is negative.
func (s *cookieStore) Save(_ *http.Request, w http.ResponseWriter, x *sessions.Session) error {
	if x.Options.MaxAge < 0 {
		http.SetCookie(w, s.cookies.Make(s.name, "", -time.Second))
		return nil
	}
	value, err := s.codec.Encode(s.cookies.Name(s.name), x.Values[tokenKey])
	if err == nil {
		http.SetCookie(w, s.cookies.Make(s.name, value, s.life))
	}
	return err
}

func (s *cookieStore) token(r *http.Request) string {
	x, err := s.Get(r, s.name)
	if err != nil {
		return ""
	}
	token, _ := x.Values[tokenKey].(string)
	return token
}

func (s *cookieStore) set(r *http.Request, w http.ResponseWriter, token string) error {
	x, err := s.Get(r, s.name)
	if err != nil {
		return err
	}
	x.Values[tokenKey] = token
	return s.Save(r, w, x)
}

func (s *cookieStore) clear(r *http.Request, w http.ResponseWriter) error {
	x, err := s.Get(r, s.name)
	if err != nil {
		return err
	}
	x.Options.MaxAge = -1
	return s.Save(r, w, x)
}
