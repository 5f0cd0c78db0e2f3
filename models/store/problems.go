package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

// Add keeps a sentence for a field, where there is one.
func (p Problems) Add(field, sentence string) {
	if sentence != "" && p[field] == "" {
		p[field] = sentence
	}
}

// The errors that callers tell apart, besides authz.ErrDenied and Problems.
var (
	// ErrNotFound is for what is absent, and for what the asker may not know of.
	ErrNotFound = errors.New("not found")
	// ErrConflict is for a change that lost against another.
	ErrConflict = errors.New("changed meanwhile")
	// ErrBusy is for work that could not be had in time; trying again helps.
	ErrBusy = errors.New("busy")
	// ErrReadOnly is for a change that the database does not take now, though it
	// can be read: it is handed over to another machine, or still recovers.
	ErrReadOnly = errors.New("the database is read-only")
	// ErrCrowded is for work that so many wait for that one more would not get it
	// in time.
	ErrCrowded = errors.New("crowded")
	// ErrSignIn is the one answer to every sign-in that fails.
	ErrSignIn = errors.New("sign-in refused")
)

// Problems maps a field of a form to a sentence about what is wrong with it.
// The field "" is the form as a whole.
type Problems map[string]string

func (p Problems) Error() string {
	return fmt.Sprintf("problems with %s", strings.Join(slices.Sorted(maps.Keys(p)), ", "))
}

// OrNil is p as an error, where it holds anything.
func (p Problems) OrNil() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// Constraints gives each refusal of the database its words.
var Constraints = map[string]Problems{
	"members_name_length":                 {"name": "Use 1 to 100 characters."},
	"members_email_unique":                {"email": "There is already a login with this address. Sign in instead."},
	"memberships_pkey":                    {"": "This member already works here."},
	"passkeys_name_length":                {"name": "Use 1 to 64 characters."},
	"passkeys_credential_unique":          {"": "This passkey is already in use here."},
	"accounts_name_length":                {"name": "Use 1 to 100 characters."},
	"api_keys_name_length":                {"name": "Use 1 to 100 characters."},
	"accounts_depth":                      {"": "Accounts can be nested 16 deep at most."},
	"custom_roles_name_length":            {"name": "Use 1 to 64 characters."},
	"custom_roles_name_unique":            {"name": "This account already has a role with this name."},
	"support_access_reason_length":        {"reason": "Enter a reason of 1 to 500 characters."},
	"service_accounts_name_length":        {"name": "Use 1 to 100 characters."},
	"service_accounts_name_unique":        {"name": "This account already has a service account with this name."},
	"service_accounts_description_length": {"description": "Use at most 500 characters."},
	"subusers_name_length":                {"name": "Use 1 to 64 characters."},
	"subusers_name_unique":                {"name": "This account already has a subuser with this name."},
	"subusers_description_length":         {"description": "Use at most 500 characters."},
	"subusers_have_roles":                 {"role": "Choose at least one role."},
	"timeless_name_unique":                {"name": "This account already has a timeless account with this name."},
}

// Known translates the driver's errors into this package's.
func Known(err error) error {
	if err == nil {
		return nil
	}
	var pg *pgconn.PgError
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, sql.ErrNoRows):
		return ErrNotFound
	case errors.As(err, &pg) && Constraints[ConstraintOf(pg)] != nil:
		return Constraints[ConstraintOf(pg)]
	case errors.As(err, &pg) && slices.Contains([]string{"55P03", "57014", "40P01", "40001"}, pg.Code):
		return fmt.Errorf("%w: %w", ErrBusy, err)
	case outdated(err):
		return fmt.Errorf("%w: %w", ErrBusy, err)
	case code(err) == readOnly:
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}

var constraintNamed = regexp.MustCompile(`constraint "(.+?)(?:_[0-9]{6,})?"`)

// ConstraintOf is the name of the constraint that a statement ran against. A
// distributed Postgres passes on a worker's sentence alone, in which the name ends
// with the number of a shard.
func ConstraintOf(pg *pgconn.PgError) string {
	said := pg.Message
	if pg.ConstraintName != "" {
		said = `constraint "` + pg.ConstraintName + `"`
	}
	if m := constraintNamed.FindStringSubmatch(said); m != nil {
		return m[1]
	}
	return ""
}

// Unavailable tells a failure of the moment, which goes away by itself or by the
// hand of whoever runs the database, from a fault.
func Unavailable(err error) bool {
	var connect *pgconn.ConnectError
	var pg *pgconn.PgError
	var network net.Error
	switch {
	case errors.Is(err, ErrBusy), errors.Is(err, ErrReadOnly), errors.Is(err, ErrUnreached), errors.As(err, &connect), errors.As(err, &network), pgconn.SafeToRetry(err):
		return true
	case errors.As(err, &pg):
		classes := []string{"08", "53", "57"} // connections, resources, an operator
		return slices.ContainsFunc(classes, func(class string) bool { return strings.HasPrefix(pg.Code, class) }) || strings.Contains(pg.Message, essential)
	}
	// What database/sql says of a transaction whose time or connection is over.
	return slices.ContainsFunc([]error{context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, sql.ErrTxDone, sql.ErrConnDone, driver.ErrBadConn},
		func(e error) bool { return errors.Is(err, e) })
}

// PartLost tells that the database answers but does not reach a part of itself: what
// is elsewhere can be read.
func PartLost(err error) bool {
	var pg *pgconn.PgError
	return errors.Is(err, ErrUnreached) || errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "08") || strings.Contains(pg.Message, essential))
}

// essential is what Citus says, without a code of its own, when it loses a worker
// in the middle of a transaction.
const essential = "connection marked as essential"
