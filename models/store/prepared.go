package store

import (
	"context"
	"errors"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// direct marks a connection that leads to one process of Postgres for as long as it
// lasts. Behind a pooler a prepared statement may be missing in the next transaction.
const direct = "direct"

// lookForPooler tells a connection to Postgres from one to a pooler, which gives
// its clients a number of its own for the process that serves them.
func lookForPooler(ctx context.Context, c *pgx.Conn) error {
	told, err := c.PgConn().Exec(ctx, "SELECT pg_backend_pid()").ReadAll()
	if err != nil {
		return err
	}
	pid := string(told[0].Rows[0][0])
	c.PgConn().CustomData()[direct] = pid == strconv.FormatUint(uint64(c.PgConn().PID()), 10)
	return nil
}

// prepare readies a connection for a query. A batch finds a prepared statement by its text.
func prepare(ctx context.Context, c *pgx.Conn, q Query) error {
	if !q.Prepared || c.PgConn().CustomData()[direct] != true {
		return nil
	}
	_, err := c.Prepare(ctx, q.SQL, q.SQL)
	return err
}

// outdated tells that a migration changed the types that a prepared statement gives:
// a new connection knows the new ones.
func outdated(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "0A000" && pg.Routine == "RevalidateCachedQuery"
}
