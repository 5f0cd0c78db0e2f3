// Package api is what every answer to a program needs: JSON, and failures as
// problem+json (RFC 9457). Who calls is decided in guard, as for pages.
package api

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
)

// Base is what every answer to a program stands on.
type Base struct{ *page.Base }

// New is the ground of what programs are answered.
func New(b *page.Base) *Base { return &Base{b} }

// Asked tells whether a request is a program's, to whatever address below /api/.
func Asked(c echo.Context) bool {
	path := c.Request().URL.Path
	return path == "/api" || strings.HasPrefix(path, "/api/")
}

// Answer sends a value as JSON.
func Answer(c echo.Context, status int, value any) error {
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
	return c.JSON(status, value)
}

// Problem is a failure as programs are told of it.
type Problem struct {
	Type   string `json:"type"`   // names the kind of failure; about:blank where the status says it all
	Title  string `json:"title"`  // of the kind
	Status int    `json:"status"` // as sent
	Detail string `json:"detail,omitempty"`
	// Request names the request in the panel's log.
	Request string `json:"request_id,omitempty"`
}

// Send answers with the problem.
func (p Problem) Send(c echo.Context) error {
	if p.Type == "" {
		p.Type = "about:blank"
	}
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}
	p.Request = page.RequestID(c)
	if p.Status == http.StatusUnauthorized {
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, `Bearer realm="`+guard.APIPath+`"`)
	}
	if c.Request().Method == http.MethodHead {
		return c.NoContent(p.Status)
	}
	c.Response().Header().Set(echo.HeaderContentType, "application/problem+json")
	c.Response().WriteHeader(p.Status)
	return c.Echo().JSONSerializer.Serialize(c, p, "")
}
