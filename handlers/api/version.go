package api

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/handlers/guard"
	"bailiwick/models/store"
)

// ErrChanged is for a change of another version than the one that If-Match names.
var ErrChanged = errors.New("not the version that If-Match names")

const ifMatch = "If-Match"

// Version says in the answer which version it is of.
func Version[V int64 | string](c echo.Context, version V) {
	c.Response().Header().Set("ETag", etag(version))
}

func etag[V int64 | string](version V) string { return strconv.Quote(fmt.Sprint(version)) }

// Holds refuses what was meant for another version.
func Holds[V int64 | string](c echo.Context, version V) error {
	asked := c.Request().Header.Get(ifMatch)
	if asked == "" || asked == "*" {
		return nil
	}
	for one := range strings.SplitSeq(asked, ",") {
		if strings.TrimSpace(one) == etag(version) {
			return nil
		}
	}
	return ErrChanged
}

// Raced gives a change that lost against another after Holds the same answer.
func Raced(c echo.Context, err error) error {
	if errors.Is(err, store.ErrConflict) && c.Request().Header.Get(ifMatch) != "" {
		return ErrChanged
	}
	return err
}

// Versioned is an operation on something that has a version.
func Versioned(o guard.Operation) guard.Operation {
	o.Versioned = true
	return o
}
