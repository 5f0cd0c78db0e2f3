package api

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"bailiwick/handlers/guard"
)

// DocumentPath is where the description of the API is.
const DocumentPath = "/api/openapi.json"

// Document describes operations as OpenAPI 3.1 does. Group gives what a permission
// belongs to, by which readers find their way, and what it is for.
func Document(server string, operations []guard.Operation, group func(permission string) (tag, sentence string)) map[string]any {
	d := document{schemas: map[string]any{}, paths: map[string]map[string]any{}}
	d.schemas["Problem"] = Of[Problem]().Doc
	var tags []any
	seen := map[string]bool{}
	for _, o := range operations {
		tag, sentence := "Key", ""
		if o.Permission != "" {
			tag, sentence = group(o.Permission)
		}
		if !seen[tag] {
			seen[tag] = true
			tags = append(tags, map[string]any{"name": tag})
		}
		d.add(o, tag, sentence)
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "Bailiwick", "version": "1",
			"description": "Everything that somebody may do in the panel, a program may do here, by the same roles, checks and words. Each address is that of the page, under " + guard.APIPath + ".",
		},
		"servers":  []any{map[string]any{"url": server}},
		"security": []any{map[string]any{"key": []any{}}},
		"tags":     tags,
		"paths":    d.paths,
		"components": map[string]any{
			"schemas":         d.schemas,
			"securitySchemes": map[string]any{"key": map[string]any{"type": "http", "scheme": "bearer", "description": "An API key: bw_…"}},
			"responses":       answers,
			"headers":         headers,
		},
	}
}

type document struct {
	schemas map[string]any
	paths   map[string]map[string]any
}

var answers = map[string]any{}

// failures are the statuses that operations answer with besides success.
var failures = map[int]string{
	http.StatusBadRequest:            "What was sent can't be read.",
	http.StatusUnauthorized:          "There is no key, or none that counts.",
	http.StatusForbidden:             "It is not allowed: denied says what is missing, which roles give it and who can help.",
	http.StatusNotFound:              "There is no such thing, or the key can't see it.",
	http.StatusNotAcceptable:         "Answers are JSON.",
	http.StatusConflict:              "Changed by somebody else, or the same call is under way.",
	http.StatusPreconditionFailed:    "It is not the version that If-Match names.",
	http.StatusRequestEntityTooLarge: "It is more than 1 MB.",
	http.StatusUnsupportedMediaType:  "It is not JSON.",
	http.StatusUnprocessableEntity:   "It was refused: errors says what is wrong where.",
	http.StatusTooManyRequests:       "The key has no calls left for now.",
	http.StatusServiceUnavailable:    "The database does not answer just now.",
}

var headers = map[string]any{
	"RequestID":       header("What the log knows the request by."),
	"RateLimit":       header("How many calls the key has left, and in how many seconds it has all again."),
	"RateLimitPolicy": header("How many calls a key may make in how many seconds."),
	"RetryAfter":      header("In how many seconds to try again."),
	"ETag":            header("The version, for If-Match."),
	"Location":        header("The address of what was created."),
}

func header(text string) map[string]any {
	return map[string]any{"description": text, "schema": map[string]any{"type": "string"}}
}

func init() {
	for status, text := range failures {
		r := map[string]any{
			"description": text, "headers": headersOf("X-Request-Id", "RequestID"),
			"content": map[string]any{"application/problem+json": map[string]any{"schema": ref("schemas", "Problem")}},
		}
		switch status {
		case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusConflict:
			r["headers"] = headersOf("X-Request-Id", "RequestID", "Retry-After", "RetryAfter")
		}
		answers[strconv.Itoa(status)] = r
	}
}

func ref(kind, name string) map[string]any {
	return map[string]any{"$ref": "#/components/" + kind + "/" + name}
}

func headersOf(pairs ...string) map[string]any {
	all := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		all[pairs[i]] = ref("headers", pairs[i+1])
	}
	return all
}

var echoParameter = regexp.MustCompile(`:([a-z_]+)`)

// PathOf is an Echo path as OpenAPI writes it.
func PathOf(path string) string { return echoParameter.ReplaceAllString(path, "{$1}") }

func (d *document) add(o guard.Operation, tag, sentence string) {
	unsafe := o.Method != http.MethodGet
	var parameters []any
	for _, m := range echoParameter.FindAllStringSubmatch(o.Path, -1) {
		p := map[string]any{"name": m[1], "in": "path", "required": true, "schema": map[string]any{"type": "string", "format": "uuid"}}
		switch m[1] {
		case "account":
			p["description"], p["schema"] = "The account's id, or me for the key's own.", map[string]any{"type": "string"}
		case "tab":
			p["schema"] = map[string]any{"type": "string"}
		}
		parameters = append(parameters, p)
	}
	for _, q := range o.Query {
		p := map[string]any{"name": q.Name, "in": "query", "description": q.Title, "schema": q.Doc}
		parameters = append(parameters, p)
	}
	statuses := []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests, http.StatusServiceUnavailable}
	if o.Out != nil {
		statuses = append(statuses, http.StatusNotAcceptable)
	}
	if unsafe {
		statuses = append(statuses, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge)
	}
	if o.In != nil {
		statuses = append(statuses, http.StatusUnsupportedMediaType)
	}
	if o.Method == http.MethodPost {
		parameters = append(parameters, headerParameter("Idempotency-Key", "Sent again with the same body within a day, the call is not done again and gets the same answer.", 255))
	}
	if o.Versioned && unsafe {
		statuses = append(statuses, http.StatusPreconditionFailed)
		parameters = append(parameters, headerParameter("If-Match", "The ETag of the version that is meant.", 0))
	}
	responses := map[string]any{}
	for _, status := range statuses {
		responses[strconv.Itoa(status)] = ref("responses", strconv.Itoa(status))
	}
	responses[strconv.Itoa(o.Status)] = d.success(o)
	operation := map[string]any{
		"operationId": OperationID(o), "summary": o.Title, "tags": []any{tag}, "responses": responses,
	}
	if o.Detail != "" {
		operation["description"] = o.Detail
	}
	if o.Permission != "" {
		operation["x-permission"] = o.Permission
		operation["description"] = strings.TrimSpace(o.Detail + " Needs the permission " + o.Permission + ": with it one may " + sentence + ".")
	}
	if len(parameters) > 0 {
		operation["parameters"] = parameters
	}
	if o.In != nil {
		kind := mimeJSON
		if o.Method == http.MethodPatch {
			kind = mimePatch
		}
		content := map[string]any{kind: map[string]any{"schema": d.schema(o.In)}}
		operation["requestBody"] = map[string]any{"required": !o.MayBeBare, "content": content}
	}
	path := PathOf(o.Path)
	if d.paths[path] == nil {
		d.paths[path] = map[string]any{}
	}
	d.paths[path][strings.ToLower(o.Method)] = operation
}

func headerParameter(name, text string, most int) map[string]any {
	schema := map[string]any{"type": "string"}
	if most > 0 {
		schema["maxLength"] = most
	}
	return map[string]any{"name": name, "in": "header", "description": text, "schema": schema}
}

func (d *document) success(o guard.Operation) map[string]any {
	pairs := []string{"X-Request-Id", "RequestID", "RateLimit", "RateLimit", "RateLimit-Policy", "RateLimitPolicy"}
	if o.Versioned {
		pairs = append(pairs, "ETag", "ETag")
	}
	if o.Status == http.StatusCreated {
		pairs = append(pairs, "Location", "Location")
	}
	r := map[string]any{"description": http.StatusText(o.Status), "headers": headersOf(pairs...)}
	if o.Out != nil {
		r["content"] = map[string]any{mimeJSON: map[string]any{"schema": d.schema(o.Out)}}
	}
	return r
}

// schema writes a schema that has a name among the components, once.
func (d *document) schema(s *guard.Schema) any {
	doc := d.resolved(s.Doc)
	if s.Name == "" {
		return doc
	}
	if was, ok := d.schemas[s.Name]; ok && fmt.Sprint(was) != fmt.Sprint(doc) {
		panic("two schemas are called " + s.Name) // when the program starts
	}
	d.schemas[s.Name] = doc
	return ref("schemas", s.Name)
}

// resolved puts references in the place of schemas within a schema.
func (d *document) resolved(v any) any {
	switch v := v.(type) {
	case *guard.Schema:
		return d.schema(v)
	case map[string]any:
		all := make(map[string]any, len(v))
		for name, x := range v {
			all[name] = d.resolved(x)
		}
		return all
	}
	return v
}

var notWord = regexp.MustCompile(`[^A-Za-z0-9]+`)

// OperationID is made of method and path, so that it stays what it is.
func OperationID(o guard.Operation) string {
	path := strings.TrimPrefix(strings.TrimPrefix(o.Path, guard.APIPath), "/a/:account")
	var b strings.Builder
	b.WriteString(strings.ToLower(o.Method))
	for _, part := range strings.Split(path, "/") {
		name, parameter := strings.CutPrefix(part, ":")
		if parameter {
			b.WriteString("By")
		}
		for _, word := range notWord.Split(name, -1) {
			if word != "" {
				b.WriteString(strings.ToUpper(word[:1]) + word[1:])
			}
		}
	}
	return b.String()
}
