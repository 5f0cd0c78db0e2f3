package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"bailiwick/handlers/page"
)

// maxDepth is how deep what is sent may nest.
const maxDepth = 16

// Media types of what is sent.
const (
	mimeJSON  = "application/json"
	mimePatch = "application/merge-patch+json"
)

// Malformed is the error of what can not be read: nothing of it was looked at further.
type Malformed struct {
	Text       string            // about the whole, where no place is to blame
	Pointers   map[string]string // JSON Pointers to what is wrong with what they lead to
	Parameters map[string]string // parameters of the query to what is wrong with them
}

func (m Malformed) Error() string { return "malformed request" }

// malformed is about one place.
func malformed(pointer, sentence string) Malformed {
	return Malformed{Pointers: map[string]string{pointer: sentence}}
}

// Body reads what was sent, which must be of a type that the method takes.
func Body(c echo.Context) ([]byte, error) {
	r := c.Request()
	kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	if err != nil || kind != mimeJSON && (kind != mimePatch || r.Method != http.MethodPatch) {
		return nil, echo.ErrUnsupportedMediaType
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, err
		}
		return nil, Malformed{Text: "The request's body ended early."}
	}
	return body, nil
}

// Nothing refuses a body where none is taken.
func Nothing(c echo.Context) error {
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(body)) > 0 && string(bytes.TrimSpace(body)) != "{}" {
		return Malformed{Text: "This takes no body. Leave it out."}
	}
	return nil
}

// Decode reads the JSON object that was sent over what into holds: what is not sent
// stays. Members that into has not, names that stand twice and values of another type
// are refused.
func Decode(c echo.Context, into any) error {
	body, err := Body(c)
	if err != nil {
		return err
	}
	return Unmarshal(body, into)
}

// Unmarshal is Decode for a body that was read.
func Unmarshal(body []byte, into any) error {
	if err := wellFormed(body); err != nil {
		return err
	}
	err := json.Unmarshal(body, into, json.RejectUnknownMembers(true))
	var wrong *json.SemanticError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong) && errors.Is(err, json.ErrUnknownName):
		return malformed(string(wrong.JSONPointer), "There is no such field.")
	case errors.As(err, &wrong):
		return malformed(string(wrong.JSONPointer), wanted(wrong.GoType))
	}
	return Malformed{Text: "This is not JSON."}
}

// wellFormed reads through JSON once: it is whole, names nothing twice, and does not
// nest too deep.
func wellFormed(body []byte) error {
	d, whole := jsontext.NewDecoder(bytes.NewReader(body)), false
	for first := true; ; first = false {
		token, err := d.ReadToken()
		var wrong *jsontext.SyntacticError
		switch {
		case errors.Is(err, io.EOF) && first:
			return Malformed{Text: "Send a JSON object."}
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &wrong):
			return malformed(string(wrong.JSONPointer), "This is listed twice.")
		case errors.As(err, &wrong):
			at := fmt.Sprintf("This is not JSON: at byte %d.", wrong.ByteOffset+1)
			if wrong.JSONPointer != "" {
				return malformed(string(wrong.JSONPointer), at)
			}
			return Malformed{Text: at}
		case err != nil:
			return Malformed{Text: "This is not JSON."}
		case whole:
			return Malformed{Text: "There is more after the JSON object."}
		case first && token.Kind() != '{':
			return Malformed{Text: "Send a JSON object."}
		case d.StackDepth() > maxDepth:
			return malformed(string(d.StackPointer()), fmt.Sprintf("This nests deeper than %d levels.", maxDepth))
		}
		whole = d.StackDepth() == 0
	}
}

// wanted says what a value should have been.
func wanted(t reflect.Type) string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == nil:
		return "Write this another way."
	case t == reflect.TypeFor[time.Time]():
		return "Enter a date and a time as RFC 3339 has them, such as 2026-11-28T09:00:00Z."
	case t.Kind() == reflect.String:
		return "Enter text."
	case t.Kind() == reflect.Bool:
		return "Use true or false."
	case t.Kind() == reflect.Slice:
		return "Send a list."
	case t.Kind() == reflect.Array: // of a UUID
		return "Enter an id."
	case t.Kind() == reflect.Struct, t.Kind() == reflect.Map:
		return "Send an object."
	case t.Kind() == reflect.Float64:
		return "Enter a number."
	}
	return "Enter a whole number."
}

// Answer sends JSON.
func Answer(c echo.Context, status int, out any) error {
	if !accepts(c.Request().Header.Get(echo.HeaderAccept)) {
		return echo.NewHTTPError(http.StatusNotAcceptable)
	}
	return send(c, status, mimeJSON, out)
}

func send(c echo.Context, status int, kind string, out any) error {
	b, err := json.Marshal(out, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("encode an answer: %w", err)
	}
	return c.Blob(status, kind, append(b, '\n'))
}

// accepts tells whether a program takes JSON.
func accepts(header string) bool {
	if header == "" {
		return true
	}
	for part := range strings.SplitSeq(header, ",") {
		kind, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err == nil && params["q"] != "0" && (kind == "*/*" || kind == "application/*" || kind == mimeJSON) {
			return true
		}
	}
	return false
}

// Pointer leads to a field of a form: name.2 is the third of the names.
func Pointer(field string) string {
	if field == "" {
		return ""
	}
	field = strings.NewReplacer("~", "~0", "/", "~1").Replace(field)
	return "/" + strings.ReplaceAll(field, ".", "/")
}

// Renamed gives problems the names that fields have here; a name that ends with a dot
// stands for those that begin with it.
func Renamed(err error, pairs ...string) error {
	p, ok := page.Problems(err)
	if !ok {
		return err
	}
	out := map[string]string{}
	for name, sentence := range p {
		for i := 0; i+1 < len(pairs); i += 2 {
			if rest, begins := strings.CutPrefix(name, pairs[i]); name == pairs[i] || begins && strings.HasSuffix(pairs[i], ".") {
				name = pairs[i+1] + rest
				break
			}
		}
		out[name] = sentence
	}
	return problemsOf(out)
}
