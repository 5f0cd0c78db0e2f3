package handlers_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/program"
	"bailiwick/models/store"
)

// caller is a program with a key.
type caller struct {
	t    testing.TB
	p    *panel
	key  string
	head http.Header
}

// keyOf is a program with a key of an account and those below it, which acts as its owner.
func (p *panel) keyOf(owner login.Member, a account.Account) *caller {
	p.t.Helper()
	made, err := p.store.CreateKey(p.t.Context(), p.grant(owner, "api_keys.edit", a), uuid.Nil, program.KeyInput{Name: store.NewID().String(), SubAccounts: true, Never: true})
	must(p.t, err)
	return &caller{t: p.t, p: p, key: made.Secret, head: http.Header{}}
}

// robotOf is a program that acts as a service account with some roles.
func (p *panel) robotOf(a account.Account, roles ...string) *caller {
	p.t.Helper()
	_, key := p.robot(a, store.NewID().String(), program.KeyInput{}, roles...)
	return &caller{t: p.t, p: p, key: key.Secret, head: http.Header{}}
}

// with is the same program, which sends a header besides.
func (x *caller) with(name, value string) *caller {
	y := *x
	y.head = x.head.Clone()
	y.head.Set(name, value)
	return &y
}

// answer is what a program is answered.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

// call sends JSON: what body is, or a text as it is.
func (x *caller) call(method, path string, body ...any) answer {
	x.t.Helper()
	var sent io.Reader
	kind := "application/json"
	if method == http.MethodPatch {
		kind = "application/merge-patch+json"
	}
	if len(body) > 0 {
		b, ok := body[0].(string)
		if !ok {
			raw, err := json.Marshal(body[0])
			must(x.t, err)
			b = string(raw)
		}
		sent = strings.NewReader(b)
	}
	req, err := http.NewRequest(method, x.p.server.URL+path, sent)
	must(x.t, err)
	if x.key != "" {
		req.Header.Set("Authorization", "Bearer "+x.key)
	}
	if sent != nil {
		req.Header.Set("Content-Type", kind)
	}
	for name, values := range x.head {
		req.Header[name] = values
	}
	res, err := x.p.server.Client().Do(req)
	must(x.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(x.t, err)
	return answer{x.t, res.StatusCode, res.Header, string(b)}
}

func (x *caller) get(path string) answer { x.t.Helper(); return x.call(http.MethodGet, path) }

func (x *caller) post(path string, body ...any) answer {
	x.t.Helper()
	return x.call(http.MethodPost, path, body...)
}

func (x *caller) patch(path string, body any) answer {
	x.t.Helper()
	return x.call(http.MethodPatch, path, body)
}

func (x *caller) delete(path string) answer { x.t.Helper(); return x.call(http.MethodDelete, path) }

// want fails unless the answer has the status.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d\n%s", a.status, status, a.body)
	}
	return a
}

// says fails unless the body has the text.
func (a answer) says(text string) answer {
	a.t.Helper()
	if !strings.Contains(a.body, text) {
		a.t.Fatalf("%q is not in\n%s", text, a.body)
	}
	return a
}

// json gives the body.
func (a answer) json() (out map[string]any) {
	a.t.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(a.body)))
	must(a.t, d.Decode(&out))
	return out
}

// fault gives the sentence at a pointer, or about a parameter.
func (a answer) fault(at string) string {
	a.t.Helper()
	all, _ := a.json()["errors"].([]any)
	for _, x := range all {
		f := x.(map[string]any)
		if f["pointer"] == at || f["parameter"] == at {
			return f["detail"].(string)
		}
	}
	return ""
}

// id is that of what was created.
func (a answer) id() string { a.t.Helper(); return a.json()["id"].(string) }

func api(a account.Account, path string) string { return "/api/v1" + in(a, path) }
