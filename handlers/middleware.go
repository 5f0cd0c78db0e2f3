package handlers

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/static"
)

const (
	requestTime = 10 * time.Second
	maxBody     = 1 << 20
	maxImport   = 8 << 20 // of a file of lines
)

func (h *Handlers) middleware(e *echo.Echo) {
	e.Pre(middleware.RemoveTrailingSlash()) // an account is also known as /a/:account/
	e.Use(
		readableID,
		middleware.RequestIDWithConfig(middleware.RequestIDConfig{TargetHeader: echo.HeaderXRequestID}),
		h.logRequests(),
		middleware.RecoverWithConfig(middleware.RecoverConfig{LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			h.Config.Log.Error("panic", "request_id", page.RequestID(c), "error", err, "stack", string(stack))
			return err
		}}),
		h.headers,
		h.knownHost,
		middleware.ContextTimeout(h.Store.AtMost(requestTime)),
		page.PaceRefusals(),
		page.WatchWrites,
		limitBody,
		guard.CrossOrigin(),
	)
}

var readable = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// readableID lets a proxy in front name a request, and nobody write what they
// like into logs and pages.
func readableID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if head := c.Request().Header; !readable.MatchString(head.Get(echo.HeaderXRequestID)) {
			head.Del(echo.HeaderXRequestID)
		}
		return next(c)
	}
}

// logRequests writes one line a request, with the route's pattern rather than
// the address, which may hold a secret link, and what was denied and why (ASVS
// 5.0, 16.3.2).
func (h *Handlers) logRequests() echo.MiddlewareFunc {
	return middleware.RequestLoggerWithConfig(middleware.RequestLoggerConfig{
		LogStatus: true, LogLatency: true, LogMethod: true, LogRoutePath: true, LogRequestID: true, LogError: true, HandleError: true,
		Skipper: func(c echo.Context) bool { return c.Path() == "/static/:name" || c.Path() == "/healthz" },
		LogValuesFunc: func(c echo.Context, v middleware.RequestLoggerValues) error {
			level := slog.LevelInfo
			if v.Status >= http.StatusInternalServerError {
				level = slog.LevelError
			}
			attrs := []slog.Attr{
				slog.String("method", v.Method), slog.String("route", v.RoutePath), slog.Int("status", v.Status),
				slog.Duration("took", v.Latency), slog.String("request_id", page.RequestID(c)),
			}
			if visit := guard.Of(c); visit != nil {
				attrs = append(attrs, slog.String("principal", visit.Session.Principal.String()))
				if visit.Unnoted != nil {
					level = max(level, slog.LevelWarn)
					attrs = append(attrs, slog.String("unnoted", visit.Unnoted.Error()))
				}
			}
			if v.Error != nil && level == slog.LevelError {
				attrs = append(attrs, slog.String("error", v.Error.Error()))
			}
			var denial *authz.Denial
			if errors.As(v.Error, &denial) {
				attrs = append(attrs, slog.Group("denied", "permission", h.Catalog.Info(denial.Permission).Key,
					"account", denial.Resource.Account, "reason", denial.Decision.Reason.String()))
			}
			h.Config.Log.LogAttrs(c.Request().Context(), level, "request", attrs...)
			return nil
		},
	})
}

const csp = "default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers go on every response, errors and fragments too.
func (h *Handlers) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Set(page.CookiesKey, h.Guard.Cookies)
		head := c.Response().Header()
		head.Set("Content-Security-Policy", csp)
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "same-origin")
		head.Set("Cross-Origin-Opener-Policy", "same-origin")
		head.Set("Cross-Origin-Resource-Policy", "same-origin")
		head.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if !strings.HasPrefix(c.Request().URL.Path, static.Prefix) {
			head.Set("Cache-Control", "no-store")
		}
		if h.Guard.Secure {
			head.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		return next(c)
	}
}

// knownHost refuses a Host that is not the configured one. A panel tried out at
// a loopback address answers to every name of the loopback.
func (h *Handlers) knownHost(next echo.HandlerFunc) echo.HandlerFunc {
	want := h.Config.PublicURL.Host
	loopback := page.IsLoopback(h.Config.PublicURL.Hostname())
	return func(c echo.Context) error {
		host := c.Request().Host
		name, _, err := net.SplitHostPort(host)
		if err != nil {
			name = host
		}
		if !strings.EqualFold(host, want) && !(loopback && page.IsLoopback(name)) && c.Request().URL.Path != "/healthz" {
			return echo.NewHTTPError(http.StatusMisdirectedRequest, "unknown host")
		}
		return next(c)
	}
}

func limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		limit := int64(maxBody)
		if strings.HasPrefix(c.Request().Header.Get(echo.HeaderContentType), echo.MIMEMultipartForm) {
			limit = maxImport
		}
		if c.Request().ContentLength > limit {
			return echo.ErrStatusRequestEntityTooLarge
		}
		c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, limit)
		return next(c)
	}
}

// ipExtractor believes X-Forwarded-For of the configured proxies only.
func (h *Handlers) ipExtractor() echo.IPExtractor {
	if len(h.Config.Proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range h.Config.Proxies {
		trust = append(trust, echo.TrustIPRange(&net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}
