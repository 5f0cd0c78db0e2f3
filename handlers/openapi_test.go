package handlers_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"bailiwick/handlers"
)

// described is the API as it describes itself.
type described struct {
	raw   []byte
	doc   map[string]any
	check validator.Validator
}

func describe(t *testing.T, p *panel) described {
	t.Helper()
	nobody := &caller{t: t, p: p}
	d := described{raw: []byte(nobody.get("/api/openapi.json").want(http.StatusOK).body)}
	must(t, json.Unmarshal(d.raw, &d.doc))
	doc, err := libopenapi.NewDocument(d.raw)
	must(t, err)
	check, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	d.check = check
	return d
}

// operation is one that the document describes.
type operation struct {
	method, path string // path with its parameters in braces
	about        map[string]any
}

func (d described) operations() (all []operation) {
	for path, methods := range d.doc["paths"].(map[string]any) {
		for method, about := range methods.(map[string]any) {
			all = append(all, operation{strings.ToUpper(method), path, about.(map[string]any)})
		}
	}
	// What creates comes before what is inside, and what deletes last.
	slices.SortFunc(all, func(a, b operation) int {
		return cmp.Or(strings.Compare(last(a.method), last(b.method)), strings.Compare(a.path, b.path), strings.Compare(a.method, b.method))
	})
	return all
}

func last(method string) string {
	if method == http.MethodDelete {
		return "last"
	}
	return ""
}

// TestTheAPIDescribesItself wants a valid document in which each operation of the
// route table stands with its permission, and nothing else does.
func TestTheAPIDescribesItself(t *testing.T) {
	p := newPanel(t)
	d := describe(t, p)
	if ok, errs := d.check.ValidateDocument(); !ok {
		for _, e := range errs[:min(len(errs), 5)] {
			t.Error(e.Message, e.Reason, e.SchemaValidationErrors)
		}
	}
	want := map[string]string{}
	for _, l := range handlers.Table(p.store) {
		if strings.HasPrefix(l.Path, "/api/v1/") {
			parts := strings.Split(l.Path, "/")
			for i, part := range parts {
				if name, is := strings.CutPrefix(part, ":"); is {
					parts[i] = "{" + name + "}"
				}
			}
			want[l.Method+" "+strings.Join(parts, "/")] = l.Permission
		}
	}
	ids := map[string]bool{}
	for _, o := range d.operations() {
		key := o.method + " " + o.path
		permission, there := want[key]
		if asks, _ := o.about["x-permission"].(string); !there || asks != permission {
			t.Errorf("%s asks for %q, its route for %q", key, asks, permission)
		}
		delete(want, key)
		if id := o.about["operationId"].(string); ids[id] {
			t.Errorf("two operations are called %s", id)
		} else {
			ids[id] = true
		}
	}
	for key := range want {
		t.Errorf("%s is not described", key)
	}
}

// TestNoCallBreaksTheAPI sends each operation what its schema allows, and what it does
// not: no answer is a fault of ours, none has a status that is not described, and what
// succeeds answers as described.
func TestNoCallBreaksTheAPI(t *testing.T) {
	p := newPanel(t)
	d := describe(t, p)
	things := p.things()
	f := &fuzz{p: p, made: map[string]string{}, rand: rand.New(rand.NewPCG(2026, 11)), doc: d.doc, ids: []string{noID, p.east.ID.String(), p.berlin.ID.String(), p.edsger.ID.String()}}
	for _, id := range things {
		f.ids = append(f.ids, id)
	}
	u, _ := p.subuser(p.analytical, "somebody", "Support")
	f.ids = append(f.ids, u.ID.String())
	ada := p.keyOf(p.ada, p.analytical)
	seen := map[int]int{}
	for _, o := range d.operations() {
		for range 4 {
			req, sent := f.request(o, p.analytical.ID.String())
			req.Header.Set("Authorization", "Bearer "+ada.key)
			p.clock.advance(time.Second / 10) // no faster than a key may
			rec := httptest.NewRecorder()
			p.server.Config.Handler.ServeHTTP(rec, req)
			seen[rec.Code/100]++
			what := fmt.Sprintf("%s %s %s", req.Method, req.URL.RequestURI(), sent)
			if rec.Code >= 500 {
				t.Errorf("%s: %d %s", what, rec.Code, rec.Body)
				continue
			}
			if o.about["responses"].(map[string]any)[strconv.Itoa(rec.Code)] == nil {
				t.Errorf("%s: %d is not described: %s", what, rec.Code, rec.Body)
				continue
			}
			var body map[string]any
			if rec.Body.Len() > 0 && json.Unmarshal(rec.Body.Bytes(), &body) != nil {
				t.Errorf("%s: no JSON: %s", what, rec.Body)
			}
			if rec.Code == http.StatusNoContent {
				continue
			}
			res := rec.Result()
			if ok, errs := d.check.ValidateHttpResponse(req, res); !ok {
				why := ""
				for _, e := range errs {
					why += e.Message + " " + e.Reason
					for _, s := range e.SchemaValidationErrors {
						why += " " + s.FieldPath + " " + s.Reason
					}
				}
				t.Errorf("%s answers otherwise than described: %s\n%s", what, why, rec.Body)
			}
			if id, ok := body["id"].(string); ok { // what there is can be asked for later
				f.ids = append(f.ids, id)
				if rec.Code == http.StatusCreated {
					f.made[o.path] = id
				}
			}
		}
	}
	if seen[2] < 200 || seen[4] < 300 {
		t.Errorf("it hardly tells anything: %v", seen)
	}
}

// fuzz makes up requests.
type fuzz struct {
	p    *panel
	rand *rand.Rand
	doc  map[string]any
	ids  []string
	made map[string]string // what an operation created, by its path
}

func (f *fuzz) one(of ...string) string { return of[f.rand.IntN(len(of))] }

func (f *fuzz) request(o operation, account string) (*http.Request, string) {
	path, query := o.path, url.Values{}
	parameters, _ := o.about["parameters"].([]any)
	for _, x := range parameters {
		q := x.(map[string]any)
		name, schema := q["name"].(string), q["schema"].(map[string]any)
		switch {
		case name == "account" && q["in"] == "path":
			path = strings.Replace(path, "{account}", account, 1)
		case q["in"] == "path":
			above, _, _ := strings.Cut(o.path, "/{"+name+"}")
			id := f.one(f.ids...)
			if made := f.made[above]; made != "" && f.rand.IntN(6) > 0 {
				id = made
			}
			path = strings.Replace(path, "{"+name+"}", id, 1)
		case q["in"] == "query" && f.rand.IntN(8) == 0:
			for range 1 + f.rand.IntN(8)/7 {
				query.Add(name, fmt.Sprint(f.value(schema, 0)))
			}
		}
	}
	target := path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	var sent []byte
	kind := "application/json"
	if body, ok := o.about["requestBody"].(map[string]any); ok {
		for k, c := range body["content"].(map[string]any) {
			kind = k
			sent, _ = json.Marshal(f.value(c.(map[string]any)["schema"].(map[string]any), 0))
		}
		switch f.rand.IntN(24) {
		case 0:
			sent = sent[:f.rand.IntN(len(sent))]
		case 1:
			sent = append(sent, sent...)
		case 2:
			sent = []byte(f.one("null", "[]", `"x"`, "NaN", `{"a":1,"a":2}`, strings.Repeat("[", 40), `{"\u0000":"\u0000"}`))
		case 3:
			kind = "text/plain"
		}
	}
	req := httptest.NewRequest(o.method, f.p.server.URL+target, bytes.NewReader(sent))
	if len(sent) > 0 {
		req.Header.Set("Content-Type", kind)
	} else {
		req.Body, req.ContentLength = http.NoBody, 0
	}
	return req, string(sent)
}

// value makes up a value of a schema, or one that is none.
func (f *fuzz) value(schema map[string]any, depth int) any {
	if to, ok := schema["$ref"].(string); ok {
		name := to[strings.LastIndex(to, "/")+1:]
		return f.value(f.doc["components"].(map[string]any)["schemas"].(map[string]any)[name].(map[string]any), depth)
	}
	if f.rand.IntN(40) == 0 || depth > 6 {
		return []any{nil, 12, -1.5, true, "x", strings.Repeat("y", 300), []any{}, []any{1}, map[string]any{"z": nil}, 1e300, "2026-13-45T99:00:00Z", "\u202e"}[f.rand.IntN(12)]
	}
	if enum, ok := schema["enum"].([]any); ok {
		return enum[f.rand.IntN(len(enum))]
	}
	kind, _ := schema["type"].(string)
	if kinds, ok := schema["type"].([]any); ok {
		kind = kinds[f.rand.IntN(len(kinds))].(string)
	}
	switch kind {
	case "object":
		out := map[string]any{}
		properties, _ := schema["properties"].(map[string]any)
		required, _ := schema["required"].([]any)
		for _, name := range sortedKeys(properties) {
			if slices.Contains(required, any(name)) || f.rand.IntN(2) == 0 {
				out[name] = f.value(properties[name].(map[string]any), depth+1)
			}
		}
		if more, ok := schema["additionalProperties"].(map[string]any); ok {
			out["some"] = f.value(more, depth+1)
		}
		return out
	case "array":
		items, _ := schema["items"].(map[string]any)
		all := []any{}
		for range f.rand.IntN(3) {
			all = append(all, f.value(items, depth+1))
		}
		return all
	case "integer":
		return f.rand.IntN(100)
	case "number":
		return f.rand.Float64() * 100
	case "boolean":
		return f.rand.IntN(2) == 0
	case "null":
		return nil
	}
	switch schema["format"] {
	case "uuid":
		return f.one(f.ids...)
	case "date-time":
		return f.one("2026-12-01T09:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
	case "date":
		return "2026-12-01"
	case "email":
		return fmt.Sprintf("somebody%d@example.com", f.rand.IntN(1000))
	case "uri":
		return "https://example.com/hook"
	case "e164":
		return "+493012345" + strconv.Itoa(100+f.rand.IntN(900))
	case "cidr":
		return "192.0.2." + strconv.Itoa(f.rand.IntN(250)) + "/32"
	}
	return f.one("", "a", "four plain english words", "Müller & Söhne", "<b>", "%", strconv.Itoa(f.rand.IntN(1000)))
}

func sortedKeys(m map[string]any) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
