package guard

import (
	"crypto/hkdf"
	"crypto/sha256"
	"net/http"
	"time"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"
)

// cookieStore is a gorilla store whose cookie holds a signed random id and
// nothing else; the session itself is a row.
type cookieStore struct {
	name   string
	life   int // in seconds
	codec  *securecookie.SecureCookie
	secure bool
}

var _ sessions.Store = (*cookieStore)(nil)

func newCookieStore(name string, life time.Duration, secret []byte, secure bool) *cookieStore {
	if secure {
		name = "__Host-" + name
	}
	seconds := int(life.Seconds())
	return &cookieStore{name, seconds, securecookie.New(derive(secret, "session cookie"), nil).MaxAge(seconds), secure}
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
	x.IsNew = true
	x.Options = &sessions.Options{
		Path: "/", MaxAge: s.life, Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if c, err := r.Cookie(name); err == nil {
		var token string
		if s.codec.Decode(name, c.Value, &token) == nil {
			x.Values[tokenKey], x.IsNew = token, false
		}
	}
	return x, nil
}

// Save sets the cookie, or takes it away where MaxAge is negative.
func (s *cookieStore) Save(_ *http.Request, w http.ResponseWriter, x *sessions.Session) error {
	value := ""
	if x.Options.MaxAge >= 0 {
		var err error
		if value, err = s.codec.Encode(x.Name(), x.Values[tokenKey]); err != nil {
			return err
		}
	}
	http.SetCookie(w, sessions.NewCookie(x.Name(), value, x.Options))
	return nil
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
