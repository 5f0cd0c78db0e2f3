// Package words says how many there are of something, as people read it.
package words

import (
	"strconv"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

var english = message.NewPrinter(language.English)

// Number groups thousands: 1,005.
func Number(n int) string {
	if -1000 < n && n < 1000 {
		return strconv.Itoa(n)
	}
	return english.Sprint(n)
}

// Count is a number with what it counts: 1 person, 1,005 people.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}
