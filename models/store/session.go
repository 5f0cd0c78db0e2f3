package store

import (
	"time"
)

// UsedEvery is how often it is noted at most that a session is used.
const UsedEvery = time.Minute

// SessionLife is how long a session lasts from sign-in; activity does not
// extend it (domain, sessions).
const SessionLife = 8 * time.Hour
