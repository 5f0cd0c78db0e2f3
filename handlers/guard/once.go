package guard

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"
)

// OnceHeader names a call, so that it can be sent again and is done once.
const OnceHeader = "Idempotency-Key"

// maxOnce is how long the name of a call may be.
const maxOnce = 255

// BadOnce is the error of a name of a call that is none.
type BadOnce struct{}

func (BadOnce) Error() string { return "the name of the call is too long" }

// kept is the answer to a call.
type kept struct {
	Status int         `json:"status"`
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
}

// keptHeaders are those of an answer that belong to what it says.
var keptHeaders = []string{echo.HeaderContentType, echo.HeaderLocation, "Etag"}

// once serves a call that has a name: what was answered to it before is answered
// again, and what is done is done once.
func (g *Guard) once(c echo.Context, serve func() error) error {
	name := c.Request().Header.Get(OnceHeader)
	switch {
	case name == "":
		return serve()
	case len(name) > maxOnce:
		return BadOnce{}
	}
	r, v := c.Request(), Of(c)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	asked := sha256.New()
	fmt.Fprintf(asked, "%s %s\n%s\n", r.Method, r.URL.RequestURI(), r.Header.Get(echo.HeaderContentType))
	asked.Write(body)
	ctx, call, before, err := g.store.BeginCall(r.Context(), v.Place.Tenant, v.Program.Key.ID, name, [sha256.Size]byte(asked.Sum(nil)))
	if err != nil {
		return err
	}
	if before != "" {
		return answerAgain(c, before)
	}
	c.SetRequest(r.WithContext(ctx))
	to := c.Response().Writer
	held := &heldAnswer{header: to.Header(), status: http.StatusOK}
	c.Response().Writer = held
	err = serve()
	c.Response().Writer = to
	if err != nil {
		if forget := g.store.EndCall(r.Context(), call, ""); forget != nil {
			return fmt.Errorf("%w, and forget its call: %w", err, forget)
		}
		return err
	}
	answer := kept{held.status, http.Header{}, held.Bytes()}
	for _, name := range keptHeaders {
		if value := held.header.Get(name); value != "" {
			answer.Header.Set(name, value)
		}
	}
	b, err := json.Marshal(answer)
	if err == nil {
		err = g.store.EndCall(r.Context(), call, string(b))
	}
	if err != nil { // it is done: whoever asks again is told that its answer is lost
		v.Unnoted = fmt.Errorf("keep the answer to a call: %w", err)
	}
	to.WriteHeader(held.status)
	if held.Len() > 0 {
		_, err = to.Write(held.Bytes())
		return err
	}
	return nil
}

// answerAgain answers what was answered before.
func answerAgain(c echo.Context, before string) error {
	var was kept
	if err := json.Unmarshal([]byte(before), &was); err != nil {
		return fmt.Errorf("read a kept answer: %w", err)
	}
	for name, values := range was.Header {
		c.Response().Header()[name] = values
	}
	c.Response().Header().Set("Idempotency-Replayed", "true")
	if len(was.Body) == 0 {
		return c.NoContent(was.Status)
	}
	return c.Blob(was.Status, was.Header.Get(echo.HeaderContentType), was.Body)
}

// heldAnswer holds an answer until it is kept.
type heldAnswer struct {
	bytes.Buffer
	header http.Header
	status int
}

func (h *heldAnswer) Header() http.Header    { return h.header }
func (h *heldAnswer) WriteHeader(status int) { h.status = status }
